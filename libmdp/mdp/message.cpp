#include "mdp/message.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <new>
#include <utility>
#include <vector>

namespace mdp {

namespace {

/// Slots made in front at a time: the longest header MDP has (delimiter, protocol, command,
/// address, delimiter) and a routing id. Headers are pushed frame by frame; each would shift the
/// body otherwise.
constexpr std::size_t front_room = 6;

} // namespace

std::size_t message::byte_count() const noexcept {
  std::size_t total = 0;
  for (const auto& f : frames())
    total += f.size();
  return total;
}

std::size_t message::footprint() const noexcept {
  std::size_t total = 0;
  for (const auto& f : frames())
    total += f.footprint();
  return total;
}

void message::push(frame f) {
  slot_in_front() = std::move(f);
  --top_;
}

void message::push_copy(std::span<const std::byte> bytes) {
  slot_in_front().assign(bytes);
  --top_;
}

/// The free one in front of the top, which it will be when it is filled.
frame& message::slot_in_front() {
  if (top_ == 0) {
    // At least as many as there are, so that a long stack of pushes stays linear.
    const auto room = std::max(front_room, frames_.size());
    frames_.insert(frames_.begin(), room, frame{});
    top_ = room;
  }
  return frames_[top_ - 1];
}

std::optional<frame> message::pop() {
  if (empty())
    return std::nullopt;
  return std::move(frames_[top_++]);
}

const frame* message::peek() const noexcept {
  return empty() ? nullptr : &frames_[top_];
}

void message::drop(std::size_t count) noexcept {
  for (count = std::min(count, size()); count > 0; --count)
    frames_[top_++].clear();
}

void message::append(message other) {
  if (empty()) {
    *this = std::move(other);
    return;
  }
  if (frames_.capacity() - frames_.size() < other.size())
    reclaim_front();
  const auto first = other.frames_.begin() + static_cast<std::ptrdiff_t>(other.top_);
  frames_.insert(frames_.end(), std::make_move_iterator(first),
                 std::make_move_iterator(other.frames_.end()));
}

/// Moves the frames to the front, over the free slots there. Only when these are at least as many as
/// the frames, so that each frame that was popped pays for one that is moved.
void message::reclaim_front() {
  if (top_ == 0 || top_ < size())
    return;
  frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(top_));
  top_ = 0;
}

/// Does not throw: without memory for less memory the message stays as it is, and whoever keeps it is
/// not left in the middle of something.
void message::compact() {
  if (frames_.capacity() == size())
    return;
  std::vector<frame> exact;
  try {
    exact.reserve(size());
  } catch (const std::bad_alloc&) {
    return;
  }
  const auto first = frames_.begin() + static_cast<std::ptrdiff_t>(top_);
  exact.assign(std::make_move_iterator(first), std::make_move_iterator(frames_.end()));
  frames_ = std::move(exact);
  top_ = 0;
}

message message::copy_to_push_on() const {
  message copy;
  copy.frames_.reserve(front_room + size());
  copy.frames_.resize(front_room);
  copy.frames_.insert(copy.frames_.end(), begin(), end());
  copy.top_ = front_room;
  return copy;
}

bool operator==(const message& a, const message& b) noexcept {
  return std::ranges::equal(a.frames(), b.frames());
}

} // namespace mdp
