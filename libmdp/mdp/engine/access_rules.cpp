#include "mdp/engine/access_rules.hpp"

#include "mdp/engine/mmi.hpp"
#include "mdp/engine/service_pattern.hpp"

#include <algorithm>
#include <utility>

namespace mdp::engine {

namespace {

constexpr std::string_view reserved = "mmi.";

/// Whether all that `name` stands for, itself or by a pattern, is within `rule`.
bool lies_within(std::string_view name, std::string_view rule) noexcept {
  if (rule == "*" || rule == name)
    return true;
  if (!is_pattern(rule))
    return false;
  rule.remove_suffix(1);
  return name.size() > rule.size() && name.starts_with(rule);
}

bool is_covered(const std::vector<std::string>& rules, std::string_view name) noexcept {
  return std::ranges::any_of(rules, [&](const auto& rule) { return lies_within(name, rule); });
}

bool is_about(const access_rule& rule, std::string_view user) noexcept {
  return covers(rule.user, user);
}

void append(std::vector<std::string>& all, const std::vector<std::string>& some) {
  all.insert(all.end(), some.begin(), some.end());
}

} // namespace

bool user_access::may_call(std::string_view service) const {
  if (!is_limited_)
    return true;
  if (is_reserved_service(service))
    return is_covered(mmi_, service.substr(std::min(reserved.size(), service.size())));
  return is_covered(call_, service);
}

bool user_access::may_serve(std::string_view service) const {
  return !is_limited_ || is_covered(serve_, service);
}

std::shared_ptr<user_access> access_rules::for_user(std::string_view user) const {
  std::uint32_t rate = 0;
  for (const auto& rule : rules_)
    if (rate == 0 && is_about(rule, user))
      rate = rule.max_requests_per_second;
  std::shared_ptr<user_access> access(new user_access(rate));
  access->is_limited_ = !rules_.empty();
  access->max_connections_ = max_connections_of(user);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const auto& rule = rules_[i];
    if (!is_about(rule, user))
      continue;
    access->rules_.push_back(i + 1);
    append(access->call_, rule.call);
    append(access->serve_, rule.serve);
    append(access->mmi_, rule.mmi);
  }
  return access;
}

std::size_t access_rules::max_connections_of(std::string_view user) const {
  for (const auto& rule : rules_)
    if (rule.max_connections > 0 && is_about(rule, user))
      return rule.max_connections;
  return 0;
}

std::shared_ptr<user_access> access_book::of(std::string_view user) {
  auto& known = present_[std::string(user)];
  if (auto access = known.lock())
    return access;
  auto access = rules_->for_user(user);
  known = access;
  if (present_.size() >= look_at_) {
    std::erase_if(present_, [](const auto& entry) { return entry.second.expired(); });
    look_at_ = std::max<std::size_t>(64, 2 * present_.size());
  }
  return access;
}

} // namespace mdp::engine
