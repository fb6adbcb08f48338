#pragma once

namespace mdp::net {

/// Wakes a thread that sleeps in a poll: an eventfd, readable from signal() until drain().
class wake_fd {
public:
  /// Throws std::system_error when the process is out of file descriptors.
  wake_fd();
  ~wake_fd();

  wake_fd(const wake_fd&) = delete;
  wake_fd& operator=(const wake_fd&) = delete;

  /// What to poll for reading.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// Makes the descriptor readable; many times are as good as one. Thread-safe; never blocks.
  void signal() noexcept;

  /// Makes the descriptor unreadable again. Drain first, then look at what was signalled: what
  /// comes between the two is seen or signals anew. The polling thread only; never blocks.
  void drain() noexcept;

private:
  int fd_;
};

} // namespace mdp::net
