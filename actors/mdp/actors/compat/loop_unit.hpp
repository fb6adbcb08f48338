#pragma once

#include "mdp/defaults.hpp"

#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <cstddef>
#include <deque>

namespace mdp::actors {

/// The loop's thread as one of CAF's execution units. An actor that was spawned with `run_on::loop`
/// and is woken by a message from this thread is resumed on this thread, in the same turn of the
/// loop; any other is handed to CAF's scheduler. So a request crosses session, queue and connection
/// without a single thread switch, while a user's slow actor can never hold up the sockets.
///
/// A loop actor that is woken by somebody else (a timer, an in-process service) runs on that thread
/// for the turn: an actor is only ever on one thread at a time.
///
/// Loop thread only.
class loop_unit final : public caf::execution_unit {
public:
  explicit loop_unit(caf::actor_system& system);
  ~loop_unit() override;

  void exec_later(caf::resumable* job) override;

  /// Resumes what is ready, at most `turn_max_resumes` times. True when some is left.
  bool run();

  /// Hands what is left to CAF's scheduler; the loop ends.
  void hand_over();

private:
  bool is_logged_;                    // CAF's own log is on: the program's decision
  std::deque<caf::resumable*> ready_; // each holds one reference
};

} // namespace mdp::actors
