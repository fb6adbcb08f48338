#pragma once

#include "mdp/assert.hpp"
#include "mdp/frame.hpp"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mdp {

/// A ZeroMQ multipart message: a stack of frames whose top is the first frame on the wire, so that
/// what is pushed last is read first (an envelope is pushed in front of a body). Copies share the
/// bytes of large frames. What was moved from is empty. Not synchronised.
class message {
public:
  message() = default;
  message(const message&) = default;
  message(message&& other) noexcept
      : frames_(std::move(other.frames_)), top_(std::exchange(other.top_, 0)) {}
  message& operator=(const message&) = default;
  message& operator=(message&& other) noexcept {
    if (this != &other) {
      frames_ = std::move(other.frames_);
      other.frames_.clear();
      top_ = std::exchange(other.top_, 0);
    }
    return *this;
  }
  ~message() = default;

  message(std::initializer_list<frame> frames) : frames_(frames) {}
  explicit message(std::vector<frame> frames) noexcept : frames_(std::move(frames)) {}

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Number of frames.
  [[nodiscard]] std::size_t size() const noexcept { return frames_.size() - top_; }
  /// All frames, first on the wire first; valid until the message changes.
  [[nodiscard]] std::span<const frame> frames() const noexcept {
    return std::span(frames_).subspan(top_);
  }
  /// The frame at `index`, counted from the top; `index` must be less than `size()`.
  [[nodiscard]] const frame& operator[](std::size_t index) const noexcept {
    MDP_ASSERT(index < size());
    return frames_[top_ + index];
  }
  /// The same, to be moved from or replaced.
  [[nodiscard]] frame& operator[](std::size_t index) noexcept {
    MDP_ASSERT(index < size());
    return frames_[top_ + index];
  }
  [[nodiscard]] auto begin() const noexcept { return frames().begin(); }
  [[nodiscard]] auto end() const noexcept { return frames().end(); }

  /// Payload bytes of all frames.
  [[nodiscard]] std::size_t byte_count() const noexcept;
  /// Bytes of memory all frames hold on to (T23); what bounds are kept in.
  [[nodiscard]] std::size_t footprint() const noexcept;

  /// Puts `f` on top. Takes the slot of a popped frame if there is one, so that one header in place
  /// of another costs no allocation.
  void push(frame f);
  /// The same for a frame that is made of `bytes` or `text`, a copy.
  void push_copy(std::span<const std::byte> bytes);
  void push_copy(std::string_view text) { push_copy(std::as_bytes(std::span(text))); }
  /// Takes the top frame, or nothing when the message is empty.
  std::optional<frame> pop();
  /// The top frame, or null when the message is empty; valid until the message changes.
  [[nodiscard]] const frame* peek() const noexcept;
  /// Takes away the first `count` frames (all, if there are fewer).
  void drop(std::size_t count) noexcept;

  /// Adds `f` behind the last frame. A message may be used as a queue for ever, appended to here and
  /// popped there: slots of popped frames are used again before more are made.
  void append(frame&& f) {
    if (frames_.size() == frames_.capacity())
      reclaim_front();
    frames_.push_back(std::move(f));
  }
  void append(const frame& f) { append(frame(f)); }
  /// The same for a frame that is made of `bytes`, a copy.
  void append_copy(std::span<const std::byte> bytes) {
    if (frames_.size() == frames_.capacity())
      reclaim_front();
    frames_.emplace_back(bytes);
  }
  /// Adds all frames of `other` behind the last frame.
  void append(message other);
  void reserve(std::size_t frames) { frames_.reserve(top_ + frames); }

  /// Gives back what no frame is in. For a message that is kept: one that was received has room for
  /// more frames than it brought, and for a small one that is most of its memory.
  void compact();

  /// A copy that has room for a header in front, so that pushing one costs it no other allocation.
  [[nodiscard]] message copy_to_push_on() const;

  friend bool operator==(const message& a, const message& b) noexcept;

private:
  frame& slot_in_front();
  void reclaim_front();

  std::vector<frame> frames_;
  std::size_t top_ = 0; // slots before it are free: push() takes them, or reclaim_front()
};

} // namespace mdp
