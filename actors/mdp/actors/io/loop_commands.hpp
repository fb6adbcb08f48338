#pragma once

#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/net/handshake.hpp"
#include "mdp/net/shared_listener.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/peers/open_handshakes.hpp"
#include "mdp/peers/peer_defaults.hpp"
#include "mdp/security/admission.hpp"
#include "mdp/security/admitted_users.hpp"
#include "mdp/security/password_desk.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/decode_error.hpp"
#include "mdp/wire/limits.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

/// What goes into the socket loop and what comes out of it. Plain data: neither CAF nor libzmq's sockets.
namespace mdp::actors::io {

// -- commands: from the I/O actor to the loop, through the outbox --------------------------------------

/// From now on there are rules about who may connect. Before the first ROUTER, once; answered by
/// `bind_failed` if that cannot be.
struct guard_sockets {
  socket_id socket; ///< The first ROUTER, for the answer.
  security::admission rules;
  /// Where passwords are checked, if peers come by PLAIN, or null.
  std::shared_ptr<security::password_desk> passwords{};
};

/// From the thread that checks them: what came of a password that somebody has shown in a handshake.
struct password_checked {
  std::uint64_t number = 0; ///< The handler's own.
  bool is_right = false;
};

/// Open a ROUTER and bind it to all endpoints; answered by `bound` or `bind_failed`.
struct open_router {
  socket_id socket;
  std::vector<std::string> endpoints;
  net::socket_config options;
  wire::limits limits;
  std::size_t max_connections = std::numeric_limits<std::size_t>::max(); ///< Others are hung up on.
  /// What unfinished messages of all peers may hold.
  std::uint64_t max_unfinished_bytes = defaults::unfinished_total_bytes;
  /// Whose messages are heard, where peers come by CURVE or PLAIN.
  security::admitted_users users{};
  /// How many connections may be in their handshake; others are hung up on.
  peers::handshake_limits handshakes{};
  /// Whether others will accept at these endpoints as well; then `bound` says how.
  bool is_shared = false;
  /// Where another loop's ROUTER listens already, one for each endpoint: accept there. Empty: listen.
  net::shared_listeners listeners{};
};

/// Open a worker's DEALER and connect it to one endpoint (7-20); answered by `connected` or `connect_failed`.
/// Connecting is lazy: `connected` says that the endpoint is well formed, not that anybody is there.
struct open_dealer {
  socket_id socket;
  std::string endpoint;
  wire::protocol_version version = wire::protocol_version::v0_2;
  net::socket_config options;
  wire::limits limits;
};

/// Close a socket; what it had parked is sent within `linger` or forgotten. Unknown ids are ignored.
struct close_socket {
  socket_id socket;
  duration linger{};
};

/// Send one multipart. On a ROUTER to the peer `routing_id`, on a DEALER `routing_id` is empty.
struct send_frames {
  socket_id socket;
  peer_id peer; ///< Comes back in `peer_unreachable`, so that late news is not taken for new.
  frame routing_id;
  message frames;
  std::uint64_t number = 0; ///< The sender's own; comes back in `peer_unreachable`, too.
};

/// Forget what is parked for a peer that has ended.
struct forget_peer {
  socket_id socket;
  frame routing_id;
};

/// The store of a ROUTER's users has changed: hang up on who is not in it any more. Answered by
/// `users_removed`, if there are any.
struct review_users {
  socket_id socket;
};

/// End the loop once what was pushed before is sent, at the latest after `flush_grace`.
struct stop_loop {
  duration flush_grace{};
};

using loop_command = std::variant<guard_sockets, password_checked, open_router, open_dealer,
                                  close_socket, send_frames, forget_peer, review_users, stop_loop>;

// -- reports: from the loop to the I/O actor ----------------------------------------------------------

/// A ROUTER is bound; the endpoints are the real ones, a `*` port resolved.
struct bound {
  socket_id socket;
  std::vector<std::string> endpoints;
  net::shared_listeners listeners{}; ///< Of a shared one, one for each endpoint.
};

/// A ROUTER could not be bound; the socket is closed again.
struct bind_failed {
  socket_id socket;
  std::string endpoint;
  std::error_code error;
};

struct connected {
  socket_id socket;
};

struct connect_failed {
  socket_id socket;
  std::string endpoint;
  std::error_code error;
};

/// A DEALER has tried to connect and is not let in, or was broken off. libzmq tries again where it was
/// broken off, and may not where it was `refused`.
struct handshake_failed {
  socket_id socket;
  net::handshake_end how{};
};

/// A ROUTER peer said something valid.
struct router_input {
  socket_id socket;
  frame routing_id;
  wire::broker_input input;
  time_point received_at;
  frame user{}; ///< Who that is by CURVE or PLAIN; empty without.
};

/// The broker said something valid to a worker's DEALER.
struct worker_input {
  socket_id socket;
  wire::to_worker command;
  time_point received_at;
};

/// Somebody sent what is not MDP; the message is already gone.
struct invalid_input {
  socket_id socket;
  frame routing_id; ///< Empty on a DEALER.
  wire::decode_error error;
  std::string header; ///< As far as one was seen, cut to a few bytes; for a log line (T20).
  time_point received_at;
};

/// Why a peer can no longer be sent to.
enum class unreachable_reason : std::uint8_t {
  gone,     ///< EHOSTUNREACH: no such peer, or its connection has ended (T22)
  too_slow, ///< its parked messages went over their budget of bytes, count or age (T21)
  ended,    ///< the broker is done with it, and something was still parked for it
};

/// Something sent to a peer cannot reach it; it and whatever was parked is dropped.
struct peer_unreachable {
  socket_id socket;
  peer_id peer;
  frame routing_id;
  unreachable_reason reason;
  std::size_t dropped_messages = 0;
  /// The number of the message that could not be sent; nothing if it was parked before, when it is
  /// not known which of them were.
  std::optional<std::uint64_t> first_undelivered;
};

/// Connections of a ROUTER have ended; whose, libzmq does not say.
struct connections_lost {
  socket_id socket;
  std::size_t count = 0;
  time_point noticed_at;
};

/// Connections were ended at once, as the ROUTER has as many as it may.
struct connections_refused {
  socket_id socket;
  std::size_t count = 0;
  time_point noticed_at;
};

/// Connections were ended that had not finished their handshake, as there were too many of them.
struct handshakes_ended {
  socket_id socket;
  std::size_t count = 0;
  time_point noticed_at;
};

/// Connections were ended (T8), as what they had received was no end of a message and larger than any
/// may be, or as all such messages together were too large and theirs the largest.
struct connections_endless {
  socket_id socket;
  std::size_t count = 0;
  std::size_t crowding = 0; ///< Of the second kind, besides those.
  time_point noticed_at;
};

/// A ROUTER could not accept connections: there are not as many descriptors as was thought.
struct accept_failed {
  socket_id socket;
  std::error_code error;
  time_point noticed_at;
};

/// Somebody may not connect.
struct admission_refused {
  std::string address; ///< As libzmq spells it; empty if it is not known.
  std::string
    key; ///< By CURVE the key that was shown, in Z85; by PLAIN the name, if it could be one.
  security::admission_refusal reason{};
  time_point noticed_at;
};

/// Connections were ended, as their users are not in the store any more.
struct users_removed {
  socket_id socket;
  std::size_t count = 0;
  time_point noticed_at;
};

using loop_report =
  std::variant<bound, bind_failed, connected, connect_failed, handshake_failed, router_input,
               worker_input, invalid_input, peer_unreachable, connections_lost, connections_refused,
               handshakes_ended, connections_endless, accept_failed, admission_refused,
               users_removed>;

/// Why the loop's thread ended.
enum class loop_end : std::uint8_t {
  stopped,    ///< it was asked to
  terminated, ///< the ZeroMQ context went away under it
  failed,     ///< an exception; always a bug or exhausted memory
};

} // namespace mdp::actors::io
