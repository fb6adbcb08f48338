#pragma once

#include "mdp/security/address_rules.hpp"
#include "mdp/security/key_store.hpp"
#include "mdp/security/secret.hpp"
#include "mdp/security/zap_message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mdp::security {

/// Why somebody was not let in. Each is a counter.
enum class admission_refusal : std::uint8_t {
  invalid,         ///< a request that is not RFC 27
  other_domain,    ///< not about our sockets
  other_mechanism, ///< none that is offered here
  address,         ///< the rules about addresses
  unknown_key,     ///< a key that is not in the store
  wrong_password,  ///< a password that is not his, or the name of nobody
  too_many_checks, ///< as many passwords wait to be checked as may
};

inline constexpr std::size_t admission_refusal_count =
  static_cast<std::size_t>(admission_refusal::too_many_checks) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(admission_refusal reason) noexcept;

/// How peers prove who they are.
enum class mechanism : std::uint8_t {
  null,  ///< they do not
  plain, ///< they say a name and a password, in the clear (RFC 24)
  curve, ///< they have the secret half of the key they show (RFC 26)
};

/// Decides who may connect to the sockets of one domain. One thread at a time.
///
/// Everything that is not expressly right is refused: a request that cannot be read, of another
/// domain, by a mechanism that is not offered, and where there is a store of keys, by a key that is
/// not in it. A store without a key lets nobody in. Who comes by CURVE has its key, in Z85, for a user
/// id; who comes by PLAIN his name. A password is checked by somebody else, as that takes long: judge()
/// says what is to be checked, and settle() what to answer then.
class admission {
public:
  /// `keys` is asked about CURVE alone; null: whoever has a key may come.
  admission(std::string domain, address_rules addresses, mechanism offered = mechanism::null,
            std::shared_ptr<const key_store> keys = {})
      : domain_(std::move(domain)),
        addresses_(std::move(addresses)),
        offered_(offered),
        keys_(std::move(keys)) {}

  struct verdict {
    zap_reply reply;
    admission_refusal reason{}; ///< Where `reply` is no welcome.
    std::string address;        ///< Whom it is about, as far as was said.
    std::string key{};          ///< The same by CURVE, in Z85; by PLAIN a name that could be one.
    /// To be checked before anything is answered; `reply` is what to say if it is `key`'s.
    std::optional<secret> password{};

    [[nodiscard]] bool is_welcome() const noexcept {
      return reply.status == zap_status::welcome && !password;
    }
  };

  /// The answer to what libzmq asks; there is always one.
  [[nodiscard]] verdict judge(const message& request) const;

  /// The answer to a question whose password was checked; `refusal`: why he may not come.
  [[nodiscard]] static verdict settle(verdict open, std::optional<admission_refusal> refusal);

private:
  std::string domain_;
  address_rules addresses_;
  mechanism offered_;
  std::shared_ptr<const key_store> keys_;
};

} // namespace mdp::security
