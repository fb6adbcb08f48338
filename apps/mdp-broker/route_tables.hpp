#pragma once

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "support/options.hpp"

#include <vector>

namespace mdp::apps {

/// Adds what the broker's file may say about where requests go (`[[route]]`).
void add_route_tables(options& all, std::vector<engine::route_rule>& routes);

} // namespace mdp::apps
