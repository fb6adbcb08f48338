#pragma once

#include "mdp/actors/compat/succession.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/supervision/supervision_tree.hpp"
#include "mdp/engine/supervision.hpp"

#include <caf/local_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// The vocabulary of supervision, which is Erlang/OTP's. What is decided from it says
/// `engine/supervision.hpp`.
namespace mdp::actors {

using engine::restart_strategy;
using engine::restart_type;
using engine::unlimited_restarts;

/// How to start a child, and what its end means.
struct child_spec {
  std::string name; ///< For logs and printed trees.
  /// Starts it; called by the supervisor in its own turn. May throw, which counts as a failed start.
  std::function<stoppable_actor(caf::local_actor& supervisor)> start;
  restart_type restart = restart_type::permanent;
  /// Pauses before restarts. A child that ran for `reset_after` starts with the shortest again.
  engine::backoff_config pause;
  /// How long it may take to end after `stop`; then it is killed.
  duration grace = defaults::shutdown_grace;
  /// Null, or where its mailbox goes when it fails. The supervisor says who succeeds and when it is
  /// over; the child's state must give the same as its `line()`.
  std::shared_ptr<succession> line{};
  /// Null, or what the tree looks like below a child that is a supervisor.
  std::shared_ptr<tree_node> below{};
  bool is_lasting = false; ///< See `engine::child_rules`.
};

/// What a supervisor is told at its own start.
struct supervisor_spec {
  std::string name; ///< For logs and printed trees.
  restart_strategy strategy = restart_strategy::one_for_one;
  /// More restarts than this within `period` and the supervisor gives up: it stops its children and
  /// fails itself, which is its own supervisor's business.
  std::uint32_t intensity = defaults::restart_intensity;
  duration period = defaults::restart_period;
  std::vector<child_spec> children; ///< Started in this order, stopped in the opposite one.
  /// The children do not need each other: stop them all at once instead.
  bool stop_together = false;
  std::uint64_t seed = 0; ///< For the jitter.
  /// Null, or where it shows what it looks like.
  std::shared_ptr<tree_node> node{};
};

} // namespace mdp::actors
