#include "mdp/engine/route_rules.hpp"

#include "mdp/engine/mmi.hpp"
#include "mdp/engine/service_pattern.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/limits.hpp"

namespace mdp::engine {

namespace {

constexpr std::uint64_t share_steps = 1'000'000; // a share is exact to this part

/// FNV-1a: the same bytes give the same number with every compiler.
std::uint64_t hash_of_bytes(const frame& bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const auto byte : bytes.bytes())
    hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
  return hash;
}

void check_target(const char* key, const std::string& name, std::vector<std::string>& problems) {
  if (name.empty())
    return;
  if (wire::check_service_name(name, wire::limits{}))
    problems.push_back(std::string(key) + " \"" + name + "\" is no service name");
  else if (is_pattern(name))
    problems.push_back(std::string(key) + " must be one service, not a pattern");
  else if (is_reserved_service(name))
    problems.push_back(std::string(key) + " cannot be under mmi., which is the broker itself");
}

} // namespace

std::vector<std::string> problems_of(const route_rule& rule) {
  std::vector<std::string> problems;
  if (wire::check_service_name(rule.service, wire::limits{}))
    problems.push_back("service \"" + rule.service + "\" is no service name and no pattern");
  else if (is_reserved_service(rule.service))
    problems.emplace_back("requests under mmi. are not routed: they are for the broker itself");
  if (rule.percent < 1 || rule.percent > 100)
    problems.emplace_back("percent must be between 1 and 100");
  check_target("to", rule.to, problems);
  check_target("mirror", rule.mirror, problems);
  if (!rule.discard.empty() && (!rule.to.empty() || !rule.mirror.empty()))
    problems.emplace_back(
      "what is discarded goes nowhere: leave out either discard or to and mirror");
  if (!rule.mirror.empty() && rule.mirror == (rule.to.empty() ? rule.service : rule.to))
    problems.emplace_back("mirror must be another service than the one that answers");
  return problems;
}

const route_rule* route_rules::find(std::string_view service, const job& what) const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const auto& rule = rules_[i];
    if (fits_service(rule, service) && covers(rule.client, what.client_address.text()) &&
        covers(rule.user, what.user.text()) && hits(i, what))
      return &rule;
  }
  return nullptr;
}

bool route_rules::fits_service(const route_rule& rule, std::string_view service) noexcept {
  return covers(rule.service, service);
}

bool route_rules::hits(std::size_t place, const job& what) const noexcept {
  const auto& rule = rules_[place];
  if (rule.percent >= 100)
    return true;
  const auto key = rule.share == route_share::clients
                     ? hash_of_bytes(what.client_address)
                     : detail::mix(what.id.client.value) ^ what.id.sequence;
  const auto own = detail::mix(rule.seed * 0x9e3779b97f4a7c15ULL + place + 1);
  return detail::mix(key + own) % share_steps < rule.percent * (share_steps / 100);
}

} // namespace mdp::engine
