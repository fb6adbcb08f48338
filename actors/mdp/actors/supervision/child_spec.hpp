#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/defaults.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/time.hpp"

#include <caf/local_actor.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

/// The vocabulary of supervision, which is Erlang/OTP's.
namespace mdp::actors {

/// Whether a child is started again after it has ended.
enum class restart_type : std::uint8_t {
  permanent, ///< always
  transient, ///< if it failed
  temporary, ///< never: its end is news, not a loss
};

/// What a child's restart means for its siblings.
enum class restart_strategy : std::uint8_t {
  one_for_one, ///< nothing
  one_for_all, ///< all others are stopped, and all are started again in their order
};

/// How to start a child, and what its end means.
struct child_spec {
  std::string name; ///< For logs.
  /// Starts it; called by the supervisor in its own turn. May throw, which counts as a failed start.
  std::function<stoppable_actor(caf::local_actor& supervisor)> start;
  restart_type restart = restart_type::permanent;
  /// Pauses before restarts. A child that ran for `reset_after` starts with the shortest again.
  engine::backoff_config pause;
  /// How long it may take to end after `stop`; then it is killed.
  duration grace = defaults::shutdown_grace;
};

/// What a supervisor is told at its own start.
struct supervisor_spec {
  std::string name; ///< For logs.
  restart_strategy strategy = restart_strategy::one_for_one;
  /// More restarts than this within `period` and the supervisor gives up: it stops its children and
  /// fails itself, which is its own supervisor's business.
  std::uint32_t intensity = defaults::restart_intensity;
  duration period = defaults::restart_period;
  std::vector<child_spec> children; ///< Started in this order, stopped in the opposite one.
  /// The children do not need each other: stop them all at once instead.
  bool stop_together = false;
  std::uint64_t seed = 0; ///< For the jitter.
};

/// An `intensity` for children whose ends are part of life (a worker that reconnects).
inline constexpr std::uint32_t unlimited_restarts = std::numeric_limits<std::uint32_t>::max();

} // namespace mdp::actors
