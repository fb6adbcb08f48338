#pragma once

#include "mdp/net/wake_fd.hpp"

#include <zmq.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace mdp::net {

/// Waits for input on any of some sockets, or for a wake_fd. It is filled once and then asked again
/// and again. One thread only, that of the sockets.
class poll_set {
public:
  /// `wake` must outlive this object.
  explicit poll_set(const wake_fd& wake);

  /// Takes all sockets out; the wake_fd stays.
  void clear() noexcept { items_.resize(1); }

  /// Adds a socket, which gets the next index from 0 on. It must be taken out before it is closed.
  void add(zmq::socket_ref socket);

  /// Waits for at most `timeout`, rounded up to a millisecond so that waiting for a deadline does
  /// not spin; without one for as long as it takes. False when a context ends (ETERM). An
  /// interrupted wait has found nothing. Throws zmq::error_t for a misused socket.
  [[nodiscard]] bool wait(std::optional<std::chrono::nanoseconds> timeout);

  /// Whether the last wait found the wake_fd signalled.
  [[nodiscard]] bool is_woken() const noexcept { return items_.front().revents != 0; }

  /// Whether the last wait found input on the socket with `index`.
  [[nodiscard]] bool is_readable(std::size_t index) const noexcept {
    return items_[index + 1].revents != 0;
  }

private:
  std::vector<zmq_pollitem_t> items_; // the wake_fd first
};

} // namespace mdp::net
