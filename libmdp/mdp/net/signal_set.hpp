#pragma once

#include "mdp/net/wake_fd.hpp"

#include <poll.h>
#include <zmq.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

/// Waits for some sockets, or for a wake_fd, with one system call.
///
/// `poll_set` asks each socket whether it has input, before it waits and again behind it, and each such
/// question costs two system calls or more. This one watches only the descriptors by which libzmq
/// signals (ZMQ_FD). Such a signal says that something has happened, not that there is input; it comes
/// once; and whatever is done with the socket may take it, a send too. So there is a rule:
///
///     after anything was done with a socket, read from it until there is nothing, then wait
///
/// A read that finds nothing has looked for all that was signalled, and what comes behind it signals
/// anew.
namespace mdp::net {

/// One thread only, that of the sockets.
class signal_set {
public:
  /// `wake` must outlive this object.
  explicit signal_set(const wake_fd& wake);

  /// Takes all sockets out; the wake_fd stays.
  void clear() noexcept { items_.resize(1); }

  /// Adds a socket, which gets the next index from 0 on. It must be taken out before it is closed. False
  /// when the context ends (ETERM). Throws zmq::error_t for what is no socket.
  [[nodiscard]] bool add(zmq::socket_ref socket);

  /// Waits for at most `timeout`, rounded up to a millisecond; without one for as long as it takes. An
  /// interrupted wait has found nothing.
  void wait(std::optional<std::chrono::nanoseconds> timeout);

  /// The same for the wake_fd alone, whatever the sockets have.
  void wait_for_wake(std::chrono::nanoseconds timeout);

  /// Whether the last wait found the wake_fd signalled.
  [[nodiscard]] bool is_woken() const noexcept { return items_.front().revents != 0; }

  /// Whether the last wait found the socket with `index` signalled.
  [[nodiscard]] bool is_signalled(std::size_t index) const noexcept {
    return items_[index + 1].revents != 0;
  }

private:
  void wait_for(std::size_t count, std::optional<std::chrono::nanoseconds> timeout);

  std::vector<pollfd> items_; // the wake_fd first
};

} // namespace mdp::net
