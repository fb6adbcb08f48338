#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/io/peers_in_transit.hpp"
#include "mdp/actors/io/zap_door.hpp"
#include "mdp/net/connection_memo.hpp"
#include "mdp/net/context.hpp"
#include "mdp/net/signal_set.hpp"
#include "mdp/net/socket_monitor.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/peers/endless_messages.hpp"
#include "mdp/peers/open_handshakes.hpp"
#include "mdp/peers/peer_backlog.hpp"
#include "mdp/peers/user_connections.hpp"
#include "mdp/security/admitted_users.hpp"

#include <zmq.hpp>

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

/// The loop's sockets: opening, waiting for input, closing. Everything here belongs to the loop's
/// thread alone.
namespace mdp::actors::io {

/// Thrown when libzmq says ETERM, which happens once in a loop's life: nothing is left but to go.
struct context_terminated {};

/// Whose messages a socket receives; decides how they are decoded.
enum class socket_kind : std::uint8_t { router, worker };

/// One open socket and what is parked for its peers.
struct loop_socket {
  socket_id id;
  zmq::socket_t handle;
  socket_kind kind{};
  wire::protocol_version version{}; ///< What a DEALER speaks; a ROUTER's peers say theirs.
  wire::limits limits;
  peers::peer_backlog backlog{};
  peers_in_transit in_transit{};                  ///< A ROUTER's.
  std::unique_ptr<net::socket_monitor> monitor{}; ///< Ends before the socket.
  bool has_news = true;                           ///< The monitor may have something to say.
  std::size_t connections = 0;                    ///< A ROUTER's, and how many it may have.
  std::size_t max_connections = 0;
  peers::endless_messages endless{{}};      ///< A ROUTER's connections, by descriptor.
  net::connection_memo memo{};              ///< Whose they are.
  std::size_t wrapping = 0;                 ///< Bytes that its mechanism adds to each frame.
  time_point next_look = never;             ///< When to look for endless messages among them.
  bool has_users = false;                   ///< A ROUTER's: its peers come by CURVE or PLAIN.
  security::admitted_users admitted{};      ///< Those who may.
  peers::user_connections users{};          ///< Which connection is whose.
  peers::open_handshakes handshakes{{}};    ///< A ROUTER's connections that are not through yet.
  net::handshake_traffic handshake_bytes{}; ///< What goes over one that is.
  /// Something was done with it, or signalled by it, and it has not been read to its end since: until
  /// then the loop must not wait (`net::signal_set`).
  bool is_readable = true;
  std::size_t batch = 1;       ///< Messages to read before they are answered; see receive_some().
  std::size_t unanswered = 0;  ///< Messages read since it was last read to its end.
  time_point close_by = never; ///< Once set the socket only flushes: it is no longer read.
};

/// All sockets of a loop, and the context they live in. Its end closes them without a linger and
/// waits for the context to end.
class loop_sockets {
public:
  /// `wake` ends a wait and must outlive this object. Throws zmq::error_t.
  explicit loop_sockets(const net::wake_fd& wake) : poll_(wake) {}

  /// Binds the handler that says who may connect; a `bind_failed` if that cannot be. `checked` is told
  /// what came of a password, on another thread; it must outlive this object.
  [[nodiscard]] std::optional<loop_report> guard(guard_sockets& command,
                                                 security::password_checker::listener checked);

  /// Has the handler answer what has waited for this. Throws context_terminated.
  void settle(const password_checked& news, time_point now, std::vector<loop_report>& reports);

  /// Has the handler answer what it was asked. Throws context_terminated.
  void answer_at_door(time_point now, std::vector<loop_report>& reports);

  /// Opens a ROUTER on all its endpoints or on none; the report is `bound` or `bind_failed`.
  [[nodiscard]] loop_report open(const open_router& command);

  /// Opens a DEALER; the report is `connected` or `connect_failed`.
  [[nodiscard]] loop_report open(const open_dealer& command);

  /// Null when no such socket is open.
  [[nodiscard]] loop_socket* find(socket_id id) noexcept;

  /// Closes one socket, or all, as soon as nothing is parked for them, at the latest at `deadline`,
  /// which is also the end of libzmq's linger. A second call can only hurry.
  void close(socket_id id, time_point deadline);
  void close_all(time_point deadline);

  /// Carries out what close() and close_all() have asked for, as far as it is due, and reports what is
  /// still parked then and goes with the socket.
  void close_due(time_point now, std::vector<loop_report>& reports);

  [[nodiscard]] bool is_any_closing() const noexcept { return closing_ > 0; }

  [[nodiscard]] bool empty() const noexcept { return sockets_.empty(); }

  /// Whether a socket that is read, or the handler of admissions, has not been read to its end: then
  /// there must be no waiting. Throws context_terminated.
  [[nodiscard]] bool is_any_readable();

  /// Waits until a socket or the wake_fd is signalled or `timeout` is over (without one: as long as it
  /// takes), and marks the sockets that are. True when the wake_fd was signalled. Throws
  /// context_terminated.
  bool wait(std::optional<duration> timeout);

  /// The same, but sockets do not end the wait, and none is marked.
  bool wait_without_input(duration timeout);

  /// The sockets to be read from, in no order that means anything; valid until the next wait().
  [[nodiscard]] std::span<loop_socket* const> readers() const noexcept { return polled_; }

  /// When something is to be tried again or to be closed; `never` when there is no such thing.
  [[nodiscard]] time_point next_due() const noexcept;

  /// Calls `visit` with each socket whose monitor has something to say. It must not open or close any.
  template <class Visitor>
  void for_each_with_news(Visitor&& visit) {
    for (auto* socket : monitored_)
      if (std::exchange(socket->has_news, false))
        visit(*socket);
  }

  /// Calls `visit` with each socket whose connections are to be looked at. It must not open or close any.
  template <class Visitor>
  void for_each_to_look_at(time_point now, Visitor&& visit) {
    for (auto* socket : monitored_)
      if (socket->next_look <= now)
        visit(*socket);
  }

  /// Calls `visit` with each socket that has something parked. It must not open or close any.
  template <class Visitor>
  void for_each_parking(Visitor&& visit) {
    for (auto& [id, socket] : sockets_) {
      if (!socket.backlog.empty())
        visit(socket);
    }
  }

private:
  void add(loop_socket socket);
  void update_poll_set();

  net::context context_;         // first, so that it ends when all sockets are closed
  std::optional<zap_door> door_; // closed when they all are
  bool is_asked_ = false;        // the door is, or may be
  std::unordered_map<socket_id, loop_socket> sockets_;
  net::signal_set poll_;
  std::vector<loop_socket*> polled_;    // by index in poll_
  std::vector<loop_socket*> monitored_; // by index in poll_, behind those
  bool has_changed_ = false;
  std::size_t closing_ = 0;
};

} // namespace mdp::actors::io
