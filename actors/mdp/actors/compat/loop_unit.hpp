#pragma once

#include "mdp/actors/compat/loop_door.hpp"
#include "mdp/actors/compat/loop_timers.hpp"
#include "mdp/defaults.hpp"
#include "mdp/time.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace mdp::actors {

class loop_unit;

/// An actor that a loop can hand a message, past its mailbox. It is in memory for as long as it is owed one.
class loop_recipient {
public:
  loop_recipient() = default;
  loop_recipient(const loop_recipient&) = delete;
  loop_recipient& operator=(const loop_recipient&) = delete;

  /// Loop thread only.
  virtual void take_message(caf::mailbox_element_ptr what, loop_unit& loop) = 0;

protected:
  ~loop_recipient() = default;
};

/// The loop's thread as one of CAF's execution units. An actor that was spawned with `run_on::loop`
/// and is woken by a message from this thread is resumed on this thread, in the same turn of the
/// loop, or handed the message past its mailbox (`loop_hold`); any other goes to CAF's scheduler. So a
/// request crosses session, queue and connection without a single thread switch, while a user's slow
/// actor can never hold up the sockets.
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

  /// What time it was as run() began: it is that for all actors that run() runs. Loop thread, once it has run.
  [[nodiscard]] time_point now() const noexcept { return now_; }

  /// What its actors wait for. Thread-safe.
  [[nodiscard]] const std::shared_ptr<loop_timers>& timers() const noexcept { return timers_; }

  void exec_later(caf::resumable* job) override;

  /// `to` is handed `what`, behind all that is ready.
  void hand(loop_recipient& to, caf::mailbox_element_ptr what);

  /// What an actor is being handed; null: nothing. Said by whoever hands it.
  void handing(caf::mailbox_element* what) noexcept { in_hand_ = what; }
  [[nodiscard]] caf::mailbox_element* in_hand() const noexcept { return in_hand_; }

  /// What is being handed goes on to `to` when that is done (`pass_on.hpp`).
  void pass_on(caf::strong_actor_ptr to) noexcept { passed_to_ = std::move(to); }

  /// Where that has to go; null: nowhere.
  [[nodiscard]] caf::strong_actor_ptr take_passed_to() noexcept {
    return std::exchange(passed_to_, nullptr);
  }

  /// All that `from` was still to be handed, in its order; it will not be.
  [[nodiscard]] std::vector<caf::mailbox_element_ptr> take_back(const loop_recipient& from);

  /// Resumes who is ready and hands out messages, at most `turn_max_resumes` of them; then timers that are due
  /// send theirs. True when some is left; otherwise it is to be called again when a timer is due, too.
  bool run();

  /// Hands out what is left, and who is left to CAF's scheduler; the loop ends.
  void hand_over();

private:
  /// Somebody to be resumed, or a message and who is to be handed it.
  struct entry {
    caf::resumable* job = nullptr; // with a reference; null: a message
    loop_recipient* to = nullptr;
    caf::mailbox_element_ptr what{}; // null: taken back
  };

  void carry_on(entry next);

  void resume(caf::resumable* job);

  static thread_local constinit loop_unit* current_;

  std::shared_ptr<loop_door> door_;
  std::shared_ptr<loop_timers> timers_ = std::make_shared<loop_timers>();
  time_point now_{};
  bool is_logged_;           // CAF's own log is on: the program's decision
  std::vector<entry> ready_; // in front of those that run() has still to come to: empty ones
  std::vector<caf::resumable*> come_; // through the door, in run() only; keeps its memory
  caf::mailbox_element* in_hand_ = nullptr;
  caf::strong_actor_ptr passed_to_; // who gets that then
};

} // namespace mdp::actors
