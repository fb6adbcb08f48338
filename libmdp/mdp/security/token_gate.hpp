#pragma once

#include "mdp/security/token.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace mdp::security {

/// A `token_verifier` that many may ask while somebody changes keys or revokes tokens, with a clock.
/// Thread-safe.
class token_gate {
public:
  using calendar = std::function<token_time()>;

  /// Without a `now` it is the system's clock.
  explicit token_gate(token_verifier verifier, calendar now = {});

  [[nodiscard]] tl::expected<token_claims, token_refusal> verify(std::string_view token) const;

  void trust(const verify_key& key);
  void distrust(const verify_key& key);

  /// False if there is no room for more, also when what has expired is forgotten.
  [[nodiscard]] bool revoke(const token_claims& claims);
  /// All tokens of the user that were issued up to now; the longest of them lives until `expires`.
  [[nodiscard]] bool revoke_user(const std::string& user, token_time expires);

private:
  mutable std::mutex mutex_;
  token_verifier verifier_;
  calendar now_;
};

} // namespace mdp::security
