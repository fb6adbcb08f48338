#pragma once

#include "mdp/actors/runtime/worker_runtime.hpp"
#include "support/curve_options.hpp"
#include "support/options.hpp"
#include "support/run_command.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mdp::apps {

/// Everything that `mdp-worker` can be told.
struct worker_settings {
  actors::worker_config worker;
  curve_options curve;
  std::uint16_t liveness =
    defaults::heartbeat_liveness; ///< Narrow: times the interval it is a time.
  bool echo = false;
  duration echo_delay{};
  std::string exec;
  command_limits exec_limits;
  std::string sealed; ///< A certificate's file: only requests that are sealed for it; or empty.
  spdlog::level::level_enum log_level = spdlog::level::info;
};

/// What its help says besides the options.
[[nodiscard]] program_info worker_info();

/// Adds all its options.
void add_worker_options(options& all, worker_settings& set);

/// Fills in what follows from the options, the work above all, which ends early when `stopping` is
/// set; returns what no option could see by itself to be wrong.
[[nodiscard]] std::vector<std::string> complete(worker_settings& set, const options& all,
                                                const stop_flag& stopping);

} // namespace mdp::apps
