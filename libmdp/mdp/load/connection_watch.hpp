#pragma once

#include <zmq.hpp>

#include <cstdint>
#include <string>

namespace mdp::load {

/// How far a socket has come with its one endpoint, to say what is wrong when nobody answers. The
/// socket's thread only; must end before the socket is closed.
class connection_watch {
public:
  enum class state : std::uint8_t {
    unreachable, ///< there is nobody
    silent,      ///< somebody, who does not shake hands
    refused,     ///< somebody, who does not let us in or is not who he should be
    ready,
  };

  /// Watches from now on: before the socket connects.
  connection_watch(zmq::context_t& context, zmq::socket_ref socket);
  ~connection_watch();
  connection_watch(const connection_watch&) = delete;
  connection_watch& operator=(const connection_watch&) = delete;

  /// What has been reached so far, at best.
  [[nodiscard]] state look();

private:
  zmq::socket_ref watched_;
  zmq::socket_t events_;
  state best_ = state::unreachable;
};

} // namespace mdp::load
