#pragma once

#include "mdp/net/context.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <system_error>
#include <vector>

namespace mdp::net {

/// Hears what happens to the connections of one socket, in libzmq's own words: which were accepted,
/// which have ended, or that one could not be accepted. Which peer it was libzmq does not say.
/// One thread only, that of the socket; must end before the socket is closed.
class socket_monitor {
public:
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
  };

  /// Watches `socket`, from now on. Throws zmq::error_t when there are no more descriptors.
  socket_monitor(context& owner, zmq::socket_ref socket);
  ~socket_monitor();

  socket_monitor(const socket_monitor&) = delete;
  socket_monitor& operator=(const socket_monitor&) = delete;

  /// What to poll for reading.
  [[nodiscard]] zmq::socket_ref handle() noexcept { return reader_; }

  /// Takes what is there; never blocks. Throws zmq::error_t when the context ends (ETERM).
  [[nodiscard]] news take();

private:
  zmq::socket_ref watched_;
  zmq::socket_t reader_;
};

} // namespace mdp::net
