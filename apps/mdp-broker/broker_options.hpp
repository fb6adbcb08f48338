#pragma once

#include "mdp-broker/service_tables.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "support/options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mdp::apps {

/// Everything that `mdp-broker` can be told.
struct broker_settings {
  actors::broker_config broker;
  std::string port_file;
  std::string metrics;              ///< HOST:PORT, or empty.
  std::vector<std::string> allowed; ///< Addresses and networks that may connect.
  std::vector<std::string> denied;  ///< Those that may not.
  bool curve = false;
  std::string certificate = "mdp-broker.cert"; ///< Made if it is not there.
  std::string client_keys; ///< A folder or file of those who may come, or empty.
  std::string plain;       ///< The file of users, or empty: no PLAIN.
  std::uint16_t liveness =
    defaults::heartbeat_liveness; ///< Narrow: times the interval it is a time.
  bool at_most_once = false;
  std::vector<service_table> services;
  spdlog::level::level_enum log_level = spdlog::level::info;
};

/// What its help says besides the options.
[[nodiscard]] program_info broker_info();

/// Adds all its options.
void add_broker_options(options& all, broker_settings& set);

/// Fills in what follows from the options; returns what no option could see by itself to be wrong.
[[nodiscard]] std::vector<std::string> complete(broker_settings& set);

} // namespace mdp::apps
