#include "mdp/actors/compat/loop_door.hpp"

#include "mdp/actors/compat/loop_unit.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>

#include <utility>

namespace mdp::actors {

loop_door::loop_door(caf::actor_system& system, std::function<void()> wake)
    : caf::execution_unit(&system), wake_(std::move(wake)) {}

void loop_door::exec_later(caf::resumable* job) {
  {
    const std::lock_guard guard(mutex_);
    if (!is_closed_) {
      come_.push_back(job);
      if (!std::exchange(is_watched_, true))
        wake_();
      return;
    }
  }
  system().scheduler().enqueue(job);
}

void loop_door::take(std::vector<caf::resumable*>& into) {
  const std::lock_guard guard(mutex_);
  is_watched_ = true;
  into.swap(come_);
}

bool loop_door::has_some() {
  const std::lock_guard guard(mutex_);
  is_watched_ = !come_.empty();
  return is_watched_;
}

void loop_door::close() {
  std::vector<caf::resumable*> left;
  {
    const std::lock_guard guard(mutex_);
    is_closed_ = true;
    left.swap(come_);
  }
  for (auto* job : left)
    system().scheduler().enqueue(job);
}

void loop_home::resumed_by(caf::execution_unit* unit) {
  // Not `kept_`: ThreadSanitizer sees that one turn is behind the other only from CAF's activate() on.
  if (door_.load(std::memory_order_relaxed) != nullptr)
    return;
  if (auto* const loop = loop_unit::current(); loop != nullptr && loop == unit) {
    kept_ = loop->door();
    door_.store(kept_.get(), std::memory_order_release);
  }
}

caf::execution_unit* loop_home::or_else(caf::execution_unit* unit) const noexcept {
  if (unit != nullptr && unit == loop_unit::current())
    return unit;
  auto* const door = door_.load(std::memory_order_acquire);
  return door != nullptr ? door : unit;
}

} // namespace mdp::actors
