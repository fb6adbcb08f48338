#pragma once

#include "mdp/net/context.hpp"
#include "mdp/net/handshake.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

namespace mdp::net {

/// Hears what happens to the connections of one socket, in libzmq's own words: which were accepted,
/// which have ended, or that one could not be accepted; and of a socket that connects, how its
/// handshakes have ended. Which peer it was libzmq does not say.
/// One thread only, that of the socket; must end before the socket is closed.
class socket_monitor {
public:
  /// Whose connections are watched.
  enum class side : std::uint8_t {
    listens,
    connects, ///< To one endpoint: its connections come one after the other.
  };

  /// A connection has begun or ended; its descriptor may be closed, and used again, by now.
  struct change {
    int descriptor = -1;
    bool is_open = false;
  };

  /// What has happened since it was last asked.
  struct news {
    std::vector<change> changes; ///< In their order.
    std::vector<int> accepted;   ///< Their descriptors, if they have not been closed meanwhile.
    std::size_t lost_connections = 0;
    std::size_t failed_accepts = 0;
    std::error_code accept_error; ///< Of the last one: EMFILE when there are no more descriptors.
    /// Of a socket that connects: how the last handshake has ended, if one has.
    std::optional<handshake_end> handshake;
  };

  /// Watches `socket`, from now on. Throws zmq::error_t when there are no more descriptors.
  socket_monitor(context& owner, zmq::socket_ref socket, side which = side::listens);
  ~socket_monitor();

  socket_monitor(const socket_monitor&) = delete;
  socket_monitor& operator=(const socket_monitor&) = delete;

  /// What to poll for reading.
  [[nodiscard]] zmq::socket_ref handle() noexcept { return reader_; }

  /// Takes what is there; never blocks. Throws zmq::error_t when the context ends (ETERM).
  [[nodiscard]] news take();

  /// Takes the descriptors at which the socket has begun to listen, in their order; all else stays there
  /// for take(). They are libzmq's. The same otherwise.
  [[nodiscard]] std::vector<int> take_listening();

private:
  void read();
  void note_connecting(std::uint16_t event, news& all);

  zmq::socket_ref watched_;
  side side_;
  std::optional<handshake_end> now_; // of the connection that there is
  zmq::socket_t reader_;
  news unread_; // by whoever asks
  std::vector<int> listening_;
};

} // namespace mdp::net
