#pragma once

#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "sim/dice.hpp"
#include "sim/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

/// The network of the simulated world, and what libzmq makes of it: one ROUTER that the broker
/// binds, and DEALERs that connect to it.
///
/// What it models, because brokers get it wrong:
/// - A TCP connection delivers in order, late, or not at all any more. It never loses a message out
///   of the middle. When it breaks, some suffix of what was under way is gone, in both directions.
/// - Each end learns of a break in its own time: at once, late, or never. Until then it writes into
///   the void.
/// - A DEALER connects again by itself, and its owner is not told. To the ROUTER it is then
///   somebody else: a new routing id.
/// - A DEALER with a name of its own (ZMQ_ROUTING_ID) would be the same to the ROUTER, and neither
///   side would ever learn that what was under way is lost. So these do not connect again by
///   themselves (ZMQ_RECONNECT_IVL -1), their owner has to. As long as an old connection of that
///   name seems alive to the ROUTER, or has left something that is not read yet, a new one is ignored
///   (T9).
/// - A ROUTER with ROUTER_MANDATORY says when it has no such peer (T22).
/// - A host can be cut off for a while: what is under way then arrives all at once.
namespace mdp::sim {

using host_number = std::uint32_t;
using socket_number = std::uint64_t; ///< Never used again.

/// What a ROUTER reads.
struct routed_message {
  frame routing_id;
  message frames;
};

/// Sees all that passes the broker's ROUTER: what is sent when it is sent, what was received when
/// the broker turns to it, as it may have read other messages before.
class wire_tap {
public:
  virtual ~wire_tap() = default;
  virtual void broker_received(const frame& routing_id, const message& frames) = 0;
  virtual void broker_sent(const frame& routing_id, const message& frames) = 0;
};

struct network_config {
  duration latency_min{};
  duration latency_max{};
  duration reconnect_pause{}; ///< ZMQ_RECONNECT_IVL
  /// After how long the ROUTER notices that a connection is broken, in any case; it sends
  /// heartbeats of ZMTP's own (ZMQ_HEARTBEAT_IVL, _TIMEOUT), which every libzmq answers.
  duration router_patience = std::chrono::hours(1);
};

/// When the two ends of a connection that breaks learn of it; `never` is possible.
struct break_notice {
  time_point peer = never;
  time_point router = never;
};

/// How a broker's process goes.
enum class router_end : std::uint8_t {
  closed,   ///< all that was sent is flushed
  killed,   ///< some of it is lost, and the peers learn of it soon
  vanished, ///< as killed, but the peers learn of it late or not at all
};

class network {
public:
  network(const network_config& config, dice chance, wire_tap& tap, trace& events)
      : config_(config), chance_(chance), tap_(tap), events_(events) {}

  // -- the broker's end ---------------------------------------------------------------------------

  void bind() noexcept { is_bound_ = true; }
  void unbind(router_end how, time_point now);

  /// Sends to a peer; false if there is no such peer (EHOSTUNREACH).
  [[nodiscard]] bool route(const frame& routing_id, message frames, time_point now);

  [[nodiscard]] bool has_input() const noexcept {
    return !router_inbox_.empty() || has_lost_connections_;
  }
  std::optional<routed_message> receive();

  /// Whether the ROUTER has lost connections since it was last asked (ZMQ_EVENT_DISCONNECTED).
  bool take_lost_connections() noexcept { return std::exchange(has_lost_connections_, false); }

  // -- a peer's end -------------------------------------------------------------------------------

  /// A new socket that connects to the broker; `name` is its ZMQ_ROUTING_ID, empty for none.
  socket_number open(host_number host, frame name, time_point now);

  /// Closes a socket. What was sent before is flushed or, without `flush`, in part lost.
  void close(socket_number socket, bool flush, time_point now);

  /// The process is gone without a word, with the machine it ran on.
  void vanish(socket_number socket, time_point router_notices, time_point now);

  void send(socket_number socket, message frames, time_point now);
  [[nodiscard]] bool has_input(socket_number socket) const;
  std::optional<message> receive(socket_number socket);

  // -- what happens to it -------------------------------------------------------------------------

  /// Nothing to or from `host` gets through until then.
  void hold(host_number host, time_point until) { held_until_[host] = until; }

  /// Breaks all connections of `host`.
  void cut(host_number host, const break_notice& notice, time_point now);

  /// From now on there are no faults: everybody learns of what is broken.
  void heal(time_point now);

  // -- time ---------------------------------------------------------------------------------------

  [[nodiscard]] time_point next_event() const;
  void advance(time_point now);

private:
  using connection_number = std::uint64_t;

  struct packet {
    time_point due;
    message frames;
    bool is_end = false; ///< Nothing follows: the sender has closed.
  };

  struct connection {
    socket_number socket = 0;
    host_number host = 0;
    frame routing_id;
    std::deque<packet> up; // to the broker
    std::deque<packet> down;
    bool is_broken = false;
    bool peer_has_it = true;
    bool router_has_it = true;
    bool is_ignored = false; // the ROUTER has another peer of this name
    break_notice notice;
  };

  struct peer_socket {
    host_number host = 0;
    frame name;
    time_point connects_at{};
    std::optional<connection_number> connected;
    std::deque<message> unsent;
    std::deque<message> inbox;
  };

  [[nodiscard]] time_point held_until(host_number host) const;
  [[nodiscard]] frame new_routing_id();
  void establish(peer_socket& socket, socket_number number, time_point now);
  void put(std::deque<packet>& line, message frames, bool is_end, time_point now);
  void lose_some(std::deque<packet>& line);
  void deliver_up(connection& link, time_point now);
  void deliver_down(connection& link, time_point now);
  void lose_peer_end(connection& link, time_point now);
  void lose_router_end(connection& link);

  network_config config_;
  dice chance_;
  wire_tap& tap_;
  trace& events_;
  bool is_bound_ = false;
  bool has_lost_connections_ = false;
  socket_number last_socket_ = 0;
  connection_number last_connection_ = 0;
  std::uint32_t last_routing_id_ = 0;
  std::map<socket_number, peer_socket> sockets_;
  std::map<connection_number, connection> connections_;
  static constexpr connection_number closed_pipe = 0;  // holds its name while there is input unread
  std::unordered_map<frame, connection_number> pipes_; // the ROUTER's own view
  std::unordered_map<frame, std::size_t> unread_;      // messages in the inbox, by who sent them
  std::deque<routed_message> router_inbox_;
  std::unordered_map<host_number, time_point> held_until_;
};

} // namespace mdp::sim
