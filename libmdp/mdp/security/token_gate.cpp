#include "mdp/security/token_gate.hpp"

#include <chrono>
#include <utility>

namespace mdp::security {

namespace {

token_time system_calendar() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace

token_gate::token_gate(token_verifier verifier, calendar now)
    : verifier_(std::move(verifier)), now_(now ? std::move(now) : calendar(system_calendar)) {}

tl::expected<token_claims, token_refusal> token_gate::verify(std::string_view token) const {
  const std::lock_guard guard(mutex_);
  return verifier_.verify(token, now_());
}

void token_gate::trust(const verify_key& key) {
  const std::lock_guard guard(mutex_);
  verifier_.trust(key);
}

void token_gate::distrust(const verify_key& key) {
  const std::lock_guard guard(mutex_);
  verifier_.distrust(key);
}

bool token_gate::revoke(const token_claims& claims) {
  const std::lock_guard guard(mutex_);
  verifier_.revoked().forget_expired(now_());
  return verifier_.revoked().revoke(claims.id, claims.expires);
}

bool token_gate::revoke_user(const std::string& user, token_time expires) {
  const std::lock_guard guard(mutex_);
  verifier_.revoked().forget_expired(now_());
  return verifier_.revoked().revoke_user(user, now_(), expires);
}

} // namespace mdp::security
