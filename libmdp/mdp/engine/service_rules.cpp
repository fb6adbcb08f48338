#include "mdp/engine/service_rules.hpp"

#include "mdp/engine/service_pattern.hpp"

#include <algorithm>
#include <utility>

namespace mdp::engine {

service_rules::service_rules(const std::vector<service_rule>& services,
                             std::vector<priority_rule> priorities)
    : priorities_(std::move(priorities)) {
  for (const auto& rule : services) {
    services_.try_emplace(rule.service, rule);
    if (!is_pattern(rule.service))
      continue;
    longest_pattern_ = std::max(longest_pattern_, rule.service.size());
    if (rule.served_by.empty())
      continue;
    longest_served_ = std::max(longest_served_, rule.service.size());
    serving_.insert(rule.served_by);
  }
}

const service_rule* service_rules::find(const std::string& service) const {
  const auto look_up = [this](const std::string& name) -> const service_rule* {
    const auto entry = services_.find(name);
    return entry == services_.end() ? nullptr : &entry->second;
  };
  if (const auto* exact = look_up(service))
    return exact;
  // A worker may offer a pattern, whose queue obeys the rules for what it begins with.
  const auto name = is_pattern(service) ? service.substr(0, service.size() - 1) + '?' : service;
  return find_pattern(name, longest_pattern_, look_up);
}

const std::string* service_rules::served_by(const std::string& pattern) const {
  const auto entry = services_.find(pattern);
  return entry == services_.end() || entry->second.served_by.empty() ? nullptr
                                                                     : &entry->second.served_by;
}

priority service_rules::urgency_of(std::string_view service, std::string_view client) const {
  const auto rule = std::ranges::find_if(priorities_, [&](const priority_rule& each) {
    return covers(each.service, service) && covers(each.client, client);
  });
  return rule == priorities_.end() ? priority::normal : rule->urgency;
}

} // namespace mdp::engine
