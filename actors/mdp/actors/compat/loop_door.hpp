#pragma once

#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace mdp::actors {

/// The way from all other threads into a `loop_unit`: actors that were woken elsewhere and are to be
/// resumed on the loop's thread. An actor is in it once, however many messages wait in its mailbox, so
/// they are never more than there are actors.
///
/// The loop is woken by the first who comes after it has looked for the last time before it sleeps:
///
///     has_some() ── yes ──► take() follows, and nobody wakes the loop
///            └── no ──► the next to come wakes it, whoever follows does not, until take()
///
/// When the loop has ended, whoever comes is handed to CAF's scheduler. Thread-safe.
class loop_door final : public caf::execution_unit {
public:
  /// `wake` makes the loop call take() soon. It is not called after close(), and must not block.
  loop_door(caf::actor_system& system, std::function<void()> wake);

  /// `job` becomes ready, with the reference that it brings.
  void exec_later(caf::resumable* job) override;

  /// Puts all who have come into `into`, which must be empty. From now until has_some() nobody wakes the
  /// loop. Loop thread only.
  void take(std::vector<caf::resumable*>& into);

  /// Whether take() would find something. If not the loop may sleep, and is woken. Loop thread only.
  [[nodiscard]] bool has_some();

  /// The loop ends. Who has come is handed to CAF's scheduler.
  void close();

private:
  std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<caf::resumable*> come_; // each holds one reference
  bool is_watched_ = false;           // the loop looks again before it sleeps, or was woken
  bool is_closed_ = false;
};

/// The loop that an actor belongs to: the first that has resumed it.
class loop_home {
public:
  /// Says that `unit` resumes the actor. From whoever runs the actor only.
  void resumed_by(caf::execution_unit* unit);

  /// Where the actor goes that somebody who runs on `unit` (null: nowhere) wakes: to a loop, if that is one,
  /// otherwise to its own, if it has any. Thread-safe.
  [[nodiscard]] caf::execution_unit* or_else(caf::execution_unit* unit) const noexcept;

private:
  std::shared_ptr<loop_door> kept_;
  std::atomic<loop_door*> door_{nullptr}; // to be read by all threads; set once
};

} // namespace mdp::actors
