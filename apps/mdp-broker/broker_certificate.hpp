#pragma once

#include "mdp-broker/broker_options.hpp"

#include <string>
#include <vector>

namespace mdp::apps {

/// Reads the broker's certificate, or makes one if there is none, and the keys of who may connect. What
/// is wrong is added to `findings`. Nothing is made if there is something in them.
void complete_curve(broker_settings& set, std::vector<std::string>& findings);

/// What a client has to be told to reach the broker.
[[nodiscard]] std::string line_for_clients(const broker_settings& set, const std::string& endpoint);

} // namespace mdp::apps
