#include "mdp/actors/io/outbox.hpp"

#include "mdp/assert.hpp"

#include <utility>

namespace mdp::actors::io {

outbox::outbox() : outbox(limits{}) {}

outbox::outbox(limits bounds) : bounds_(bounds) {}

bool outbox::push(send_frames&& command) {
  const auto bytes = command.frames.footprint();
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (commands_.size() >= bounds_.max_commands || bytes_ + bytes > bounds_.max_bytes)
      return false;
    was_empty = commands_.empty();
    commands_.emplace_back(std::move(command));
    bytes_ += bytes;
  }
  wake_if(was_empty);
  return true;
}

bool outbox::push(loop_command command) {
  if (auto* const frames = std::get_if<send_frames>(&command))
    return push(std::move(*frames));
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = commands_.empty();
    commands_.push_back(std::move(command));
  }
  wake_if(was_empty);
  return true;
}

/// Behind the lock, or the woken loop would run into it. If the loop takes the command before the
/// signal comes, it wakes once for nothing.
void outbox::wake_if(bool was_empty) {
  if (was_empty && loop_thread_.load(std::memory_order_relaxed) != std::this_thread::get_id())
    wake_.signal();
}

void outbox::set_loop_thread(std::thread::id id) noexcept {
  loop_thread_.store(id, std::memory_order_relaxed); // only the loop's thread must read it right
}

void outbox::swap_into(std::vector<loop_command>& into) {
  MDP_ASSERT(into.empty());
  const std::lock_guard lock(mutex_);
  commands_.swap(into);
  bytes_ = 0;
}

} // namespace mdp::actors::io
