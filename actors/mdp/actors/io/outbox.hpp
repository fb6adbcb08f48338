#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/defaults.hpp"
#include "mdp/net/wake_fd.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace mdp::actors::io {

/// How commands reach the socket loop: a vector behind a mutex that the loop takes whole, and an
/// eventfd that wakes it. The eventfd is written only when the box goes from empty to non-empty and
/// the pusher is not the loop's own thread, which looks into the box before it sleeps anyway.
class outbox {
public:
  struct limits {
    std::size_t max_commands = defaults::outbox_max_commands;
    std::size_t max_bytes = defaults::outbox_max_bytes;
  };

  outbox();
  explicit outbox(limits bounds);

  /// Adds a command. False when a `send_frames` would exceed the bounds; every other command is
  /// always taken. Thread-safe; never blocks for longer than a swap.
  [[nodiscard]] bool push(loop_command command);
  /// The same of the most frequent one; a refused one is as it was.
  [[nodiscard]] bool push(send_frames&& command);

  /// Says which thread is the loop's. Before the loop's first turn, from the loop's thread.
  void set_loop_thread(std::thread::id id) noexcept;

  /// Readable when somebody pushed into an empty box. Loop thread only.
  [[nodiscard]] net::wake_fd& wake() noexcept { return wake_; }

  /// Takes all commands; `into` must be empty and keeps its memory between turns. Loop thread only.
  /// Drain the eventfd first: a push between the two is then either taken or leaves it readable.
  void swap_into(std::vector<loop_command>& into);

private:
  void wake_if(bool was_empty);

  limits bounds_;
  net::wake_fd wake_;
  std::mutex mutex_;
  std::vector<loop_command> commands_;
  std::size_t bytes_ = 0;
  std::atomic<std::thread::id> loop_thread_{};
};

} // namespace mdp::actors::io
