#pragma once

#include "mdp/message.hpp"
#include "mdp/net/connection_memo.hpp"
#include "mdp/net/transit.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>

/// Whole multiparts in and out of a libzmq socket, never waiting. Whatever the status, the socket
/// is left at a message's border. The socket's thread only. After an exception (std::bad_alloc, or
/// zmq::error_t for what is no socket) only closing is left.
namespace mdp::net {

/// What a received multipart may be, the routing id not counted.
struct message_bounds {
  std::size_t max_frames;
  std::size_t max_bytes;
};

enum class receive_status : std::uint8_t {
  received,
  nothing,         ///< EAGAIN: nothing has come
  too_many_frames, ///< over the bound; read to its end and dropped
  too_many_bytes,  ///< over the bound; read to its end and dropped
  terminated,      ///< ETERM: the context ends, close the socket
};

struct receive_result {
  receive_status status = receive_status::nothing;
  std::size_t bytes = 0; ///< Read from the socket, dropped ones included.
};

/// Receives what a DEALER has, all frames. `into` is replaced; it is empty unless the status is
/// `received`.
[[nodiscard]] receive_result receive(zmq::socket_ref socket, const message_bounds& bounds,
                                     message& into);

/// By what way a message came to a ROUTER.
struct message_origin {
  int connection = -1; ///< The descriptor, which may be closed by now; -1 where there is none.
  /// What the ZAP handler called its peer (RFC 27). Where that gave it no name, what the peer calls
  /// itself: then it is worth nothing.
  frame user;
  std::uint64_t wire_bytes = 0; ///< What it took of the bytes that were received by the connection.
};

/// What is to be known of a message's origin.
struct origin_terms {
  std::size_t wrapping = 0; ///< What the socket's mechanism adds to each frame, in bytes.
  bool with_user = true;    ///< Else that stays empty: libzmq looks a name up for each message.
  connection_memo* memo = nullptr; ///< Where to look for the connection first, if anywhere.
};

/// Receives what a ROUTER has. `routing_id` says who sent it, also when it was dropped. `origin`, if
/// wanted, is filled in for whatever was read.
[[nodiscard]] receive_result receive_from(zmq::socket_ref socket, const message_bounds& bounds,
                                          frame& routing_id, message& into,
                                          message_origin* origin = nullptr,
                                          const origin_terms& terms = {});

enum class send_status : std::uint8_t {
  sent,        ///< libzmq has all of it
  would_block, ///< EAGAIN: no room; nothing of it was taken, try again later
  unreachable, ///< EHOSTUNREACH, or the connection went in the middle of the message: it is lost
  terminated,  ///< ETERM: the context ends, close the socket
  failed,      ///< anything else; the message is lost
};

/// Sends all frames of `frames`, at least one, on a DEALER. Losing the connection between two
/// frames makes libzmq roll back what it had: that is `unreachable`.
[[nodiscard]] send_status send(zmq::socket_ref socket, const message& frames);

/// Sends all frames of `frames`, at least one, to one peer of a ROUTER with ROUTER_MANDATORY. Only
/// the routing id can fail; libzmq swallows the rest if the peer leaves in the middle, and who
/// watches its heartbeats finds out. Large frames are on `account`, if there is one, until libzmq has
/// sent or dropped them.
[[nodiscard]] send_status send_to(zmq::socket_ref socket, const frame& routing_id,
                                  const message& frames, const transit& account = {});

} // namespace mdp::net
