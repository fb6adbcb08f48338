#pragma once

#include "mdp/conformance/frames.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/time.hpp"

#include <zmq.hpp>

#include <optional>
#include <string>

namespace mdp::conformance {

/// A bare DEALER or REQ socket: any frames out, any frames in, never waiting without an end. One thread.
class raw_peer {
public:
  /// Begins to connect, by CURVE or PLAIN if `sockets` says so. Throws zmq::error_t for an endpoint that
  /// libzmq cannot read.
  raw_peer(zmq::context_t& context, const std::string& endpoint, const net::socket_config& sockets,
           zmq::socket_type type = zmq::socket_type::dealer);

  /// Waits until the other side has shaken hands (ZMTP): from then on what is sent leaves at once.
  [[nodiscard]] bool is_connected_by(time_point deadline);

  /// Sends all frames, at least one; false when there is no room for them.
  [[nodiscard]] bool send(const frames& message);

  /// The next message, or nothing when none has come by the deadline.
  [[nodiscard]] std::optional<frames> receive(time_point deadline);

  /// The type of the socket that sent the last message, as it told by ZMTP; empty before the first.
  [[nodiscard]] const std::string& remote_type() const noexcept { return remote_type_; }

  /// Leaves without a word.
  void close();

private:
  zmq::socket_t socket_;
  zmq::socket_t events_;
  std::string remote_type_;
};

/// Waits until `socket` has something to read; false when it has not by the deadline.
[[nodiscard]] bool wait_for_input(zmq::socket_ref socket, time_point deadline);

/// Takes the frames of the message that waits in `socket`.
[[nodiscard]] frames take_message(zmq::socket_ref socket, std::string* remote_type = nullptr);

/// Sends all frames without waiting; false when libzmq does not take them.
[[nodiscard]] bool send_message(zmq::socket_ref socket, const frames& message);

} // namespace mdp::conformance
