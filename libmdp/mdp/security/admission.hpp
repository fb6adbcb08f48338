#pragma once

#include "mdp/security/address_rules.hpp"
#include "mdp/security/zap_message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mdp::security {

/// Why somebody was not let in. Each is a counter.
enum class admission_refusal : std::uint8_t {
  invalid,         ///< a request that is not RFC 27
  other_domain,    ///< not about our sockets
  other_mechanism, ///< none that is offered here
  address,         ///< the rules about addresses
};

inline constexpr std::size_t admission_refusal_count =
  static_cast<std::size_t>(admission_refusal::address) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(admission_refusal reason) noexcept;

/// Decides who may connect to the sockets of one domain. Not synchronised.
///
/// Everything that is not expressly right is refused: a request that cannot be read, of another
/// domain, by a mechanism that is not offered (NULL is, as long as there are no keys).
class admission {
public:
  admission(std::string domain, address_rules addresses)
      : domain_(std::move(domain)), addresses_(std::move(addresses)) {}

  struct verdict {
    zap_reply reply;
    admission_refusal reason{}; ///< Where `reply` is no welcome.
    std::string address;        ///< Whom it is about, as far as was said.

    [[nodiscard]] bool is_welcome() const noexcept { return reply.status == zap_status::welcome; }
  };

  /// The answer to what libzmq asks; there is always one.
  [[nodiscard]] verdict judge(const message& request) const;

private:
  std::string domain_;
  address_rules addresses_;
};

} // namespace mdp::security
