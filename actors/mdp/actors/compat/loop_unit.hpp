#pragma once

#include "mdp/actors/compat/loop_door.hpp"
#include "mdp/defaults.hpp"

#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace mdp::actors {

/// The loop's thread as one of CAF's execution units. An actor that was spawned with `run_on::loop`
/// and is woken by a message from this thread is resumed on this thread, in the same turn of the
/// loop; any other is handed to CAF's scheduler. So a request crosses session, queue and connection
/// without a single thread switch, while a user's slow actor can never hold up the sockets.
///
/// A loop actor that is woken by somebody else (a timer, an in-process service) comes in through the
/// loop's door: it is resumed on the loop that has resumed it first. Until one has, and when that loop
/// has ended, it is CAF's scheduler that runs it. An actor is only ever on one thread at a time.
///
/// Loop thread only, but for what is said to be thread-safe.
class loop_unit final : public caf::execution_unit {
public:
  /// `wake` ends the loop's sleep, so that it calls run(). Thread-safe.
  loop_unit(caf::actor_system& system, std::function<void()> wake);
  ~loop_unit() override;

  /// The calling thread's own, once it has run; null on any other. Thread-safe.
  [[nodiscard]] static loop_unit* current() noexcept { return current_; }

  /// The way into this one for other threads. Thread-safe.
  [[nodiscard]] const std::shared_ptr<loop_door>& door() const noexcept { return door_; }

  void exec_later(caf::resumable* job) override;

  /// Resumes what is ready, at most `turn_max_resumes` times. True when some is left.
  bool run();

  /// Hands what is left to CAF's scheduler; the loop ends.
  void hand_over();

private:
  static thread_local constinit loop_unit* current_;

  std::shared_ptr<loop_door> door_;
  bool is_logged_;                    // CAF's own log is on: the program's decision
  std::deque<caf::resumable*> ready_; // each holds one reference
};

} // namespace mdp::actors
