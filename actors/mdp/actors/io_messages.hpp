#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/peer_outlet.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What the I/O actor hears from the loop, and what it and the actors of peers say to each other.
namespace mdp::actors {

struct loop_reported {
  std::vector<io::loop_report> reports;
  loop_credit credit;
};

struct loop_ended {
  io::loop_end reason{};
  std::string what;
};

/// Somebody who is known from now on.
struct new_peer {
  peer_id id;
  frame routing_id;
  frame user; ///< Who it is by CURVE or PLAIN; empty without.
  wire::protocol_version version{};
  time_point since;
  std::shared_ptr<peer_outlet> outlet; ///< Never null.
};

/// Starts the actor of a new peer. Called on the loop, by the I/O actor `parent`.
using open_session = std::function<client_session_actor(caf::local_actor& parent, const new_peer&)>;
using open_connection =
  std::function<worker_connection_actor(caf::local_actor& parent, const new_peer&)>;

/// A broker is there: bind if that has not been done, and open an actor for each new peer.
struct serve_peers {
  open_session session;
  open_connection connection;
  /// Told to the first of several loops: those that accept at its doors, too.
  std::vector<io_actor> other_loops{};
};

/// The first loop listens: accept at its doors.
struct doors_opened {
  io::bound everybody; ///< Clients alone, if there is a door for workers.
  io::bound workers;
};

/// A session or connection is over.
struct peer_ended {
  peer_id peer;
  bool was_told = false; ///< A DISCONNECT has passed: nothing more may be sent (7-28, 7-30).
  /// Messages of the peer that it has read; what else was delivered is lost.
  std::optional<std::uint64_t> heard;
  bool failed = false; ///< Its actor is gone without having said so: a bug of ours.
};

/// A client has been silent for long; may its session be forgotten? Answered by `peer_released`, or not
/// at all if there is a message on its way to it.
struct release_peer {
  peer_id peer;
  std::uint64_t heard = 0; ///< Messages that came to the session so far.
};

/// The session is forgotten: nothing is on its way to it, and nothing will be.
struct peer_released {};

/// Connect a DEALER to a broker; `worker` gets what it receives.
struct open_socket {
  std::string endpoint;
  wire::protocol_version version{};
  worker_peer_actor worker;
};

struct send_on_socket {
  socket_id socket;
  message frames;
};

struct close_owned_socket {
  socket_id socket;
  duration linger{}; ///< How long what was sent last may still take to leave.
  /// Messages of the broker that its owner has read; what else was delivered is lost.
  std::optional<std::uint64_t> heard{};
};

struct request_arrived {
  wire::client_request request;
  wire::protocol_version version{};
  time_point received_at;
  loop_credit credit{};
};

struct command_arrived {
  wire::from_worker command;
  time_point received_at;
  loop_credit credit{};
};

struct invalid_arrived {};

/// The socket has lost the peer, or it was too slow for too long.
struct peer_lost {
  /// The first message that certainly did not leave, if that is known (T22).
  std::uint64_t first_undelivered = engine::no_message;
};

/// The socket has lost connections, perhaps this worker's.
struct probe_worker {};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::loop_reported)
MDP_MESSAGE(mdp::actors::loop_ended)
MDP_MESSAGE(mdp::actors::serve_peers)
MDP_MESSAGE(mdp::actors::doors_opened)
MDP_MESSAGE(mdp::actors::peer_ended)
MDP_MESSAGE(mdp::actors::release_peer)
MDP_MESSAGE(mdp::actors::peer_released)
MDP_MESSAGE(mdp::actors::open_socket)
MDP_MESSAGE(mdp::actors::send_on_socket)
MDP_MESSAGE(mdp::actors::close_owned_socket)
MDP_MESSAGE(mdp::actors::request_arrived)
MDP_MESSAGE(mdp::actors::command_arrived)
MDP_MESSAGE(mdp::actors::invalid_arrived)
MDP_MESSAGE(mdp::actors::peer_lost)
MDP_MESSAGE(mdp::actors::probe_worker)
