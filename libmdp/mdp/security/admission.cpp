#include "mdp/security/admission.hpp"

#include "mdp/security/password_file.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace mdp::security {

namespace {

/// What a request shows by way of a key: none by NULL, which has no credentials, one by CURVE, and by
/// PLAIN a name. Nothing if it is by another mechanism than the one that is offered.
std::optional<std::string> shown_key(const zap_request& request, mechanism offered) {
  const auto& credentials = request.credentials;
  if (offered == mechanism::null)
    return request.mechanism == "NULL" && credentials.empty() ? std::optional(std::string())
                                                              : std::nullopt;
  if (offered == mechanism::plain)
    return request.mechanism == "PLAIN" && credentials.size() == 2
             ? std::optional(std::string(credentials.front().text()))
             : std::nullopt;
  if (request.mechanism != "CURVE" || credentials.size() != 1)
    return std::nullopt;
  const auto key = public_key::of(credentials.front().bytes());
  return key ? std::optional(key->text()) : std::nullopt;
}

} // namespace

std::string_view to_string(admission_refusal reason) noexcept {
  constexpr std::string_view names[] = {"invalid",        "other_domain", "other_mechanism",
                                        "address",        "unknown_key",  "wrong_password",
                                        "too_many_checks"};
  static_assert(std::size(names) == admission_refusal_count);
  return names[static_cast<std::size_t>(reason)];
}

admission::verdict admission::judge(const message& request) const {
  auto asked = decode_zap(request);
  if (!asked)
    return {{zap_id_of(request), zap_status::failed, std::string(to_string(asked.error())), {}},
            admission_refusal::invalid,
            {}};
  auto key = shown_key(*asked, offered_);
  const auto refuse = [&](admission_refusal reason) {
    return verdict{{asked->id, zap_status::refused, "refused", {}},
                   reason,
                   asked->address,
                   offered_ == mechanism::curve ? key.value_or(std::string()) : std::string()};
  };
  if (asked->domain != domain_)
    return refuse(admission_refusal::other_domain);
  if (!key)
    return refuse(admission_refusal::other_mechanism);
  if (!addresses_.admits(asked->address))
    return refuse(admission_refusal::address);
  if (keys_ && offered_ == mechanism::curve && keys_->current()->user_of(*key) == nullptr)
    return refuse(admission_refusal::unknown_key);
  verdict welcome{
    {std::move(asked->id), zap_status::welcome, "OK", *key}, {}, std::move(asked->address), *key};
  if (offered_ == mechanism::plain) {
    const auto shown = asked->credentials.back().bytes();
    // Neither can be anybody's, which is no secret. A name goes into logs.
    if (shown.empty() || password_file::check_user(*key)) {
      welcome.key.clear();
      return settle(std::move(welcome), admission_refusal::wrong_password);
    }
    std::ranges::copy(shown, welcome.password.emplace(shown.size()).bytes().begin());
  }
  return welcome;
}

admission::verdict admission::settle(verdict open, std::optional<admission_refusal> refusal) {
  open.password.reset();
  if (refusal) {
    open.reply = {std::move(open.reply.id), zap_status::refused, "refused", {}};
    open.reason = *refusal;
  }
  return open;
}

} // namespace mdp::security
