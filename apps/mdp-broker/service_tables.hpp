#pragma once

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "support/options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mdp::apps {

/// What a `[[service]]` of the file says; what it does not say holds as for all services.
struct service_table {
  std::string name;
  std::optional<std::size_t> max_requests;
  std::optional<std::size_t> max_bytes;
  std::optional<std::uint32_t> attempts;
  std::optional<bool> at_most_once;
  std::optional<duration> request_ttl;
  std::string served_by;
  engine::dispatch_config dispatch;
};

/// Adds what the broker's file may say about single services (`[[service]]`) and about which requests
/// are urgent (`[[priority]]`).
void add_service_tables(options& all, std::vector<service_table>& services,
                        std::vector<engine::priority_rule>& priorities);

/// The rule that a table makes of what holds for all services.
[[nodiscard]] engine::service_rule rule_of(const service_table& table,
                                           const engine::queue_config& for_all);

} // namespace mdp::apps
