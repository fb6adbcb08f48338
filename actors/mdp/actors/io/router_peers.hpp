#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/io/log_limiter.hpp"
#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/io/outbox.hpp"
#include "mdp/actors/io/router_outlet.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/peers/peer_directory.hpp"
#include "mdp/peers/probe_schedule.hpp"
#include "mdp/security/admitted_users.hpp"

#include <memory>
#include <variant>

namespace mdp::actors::io {

/// The I/O actor's half that serves one ROUTER of a broker: hands what ROUTER peers send to their sessions and
/// connections, which have outlets of their own back to the loop. Carries out what `peers::peer_directory` decides.
class router_peers {
public:
  router_peers(io_actor::pointer self, const peers::directory_config& config,
               std::shared_ptr<broker_counters> counters);

  /// The socket to send on, once it is bound.
  void use_socket(socket_id socket) noexcept { socket_ = socket; }
  /// Where commands go, once the loop runs.
  void use_outbox(outbox& box) noexcept { outbox_ = &box; }
  /// Whether users are known by a list: then the log has each of their sessions. Of anybody's a few.
  void use_list(bool are_listed) noexcept { are_listed_ = are_listed; }
  /// How new peers get their actor; before the first call nobody is let in.
  void use_openers(serve_peers openers) { openers_ = std::move(openers); }

  void on_input(router_input& report, const loop_credit& credit);
  void on_invalid(const invalid_input& report);
  void on_unreachable(const peer_unreachable& report);
  void on_connections_lost(const connections_lost& report);
  void on_accept_failed(const accept_failed& report);
  void on_refused(const connections_refused& report);
  void on_handshakes_ended(const handshakes_ended& report);
  void on_not_admitted(const admission_refused& report);
  void on_endless(const connections_endless& report);
  void on_users_removed(const users_removed& report);

  /// Ends the sessions and connections of users that are not listed.
  void review(const security::listed_users& listed);

  /// On `deadline_due`: has the workers that hold requests sent to, if it is time for that.
  void probe();

  void end(const peer_ended& news);
  void release(const release_peer& request);

  [[nodiscard]] socket_id socket() const noexcept { return socket_; }
  [[nodiscard]] std::size_t size() const noexcept { return directory_.size(); }

private:
  using peer_actor = std::variant<client_session_actor, worker_connection_actor>;
  struct reach {
    peer_actor actor;
    outlet_keeper outlet; // the actor's: closed when the peer is forgotten
  };
  using directory = peers::peer_directory<reach>;

  void forget(const frame& routing_id);
  void note_session(const directory::entry& peer, time_point now);
  void open(directory::entry& peer, time_point now);
  void watch(const directory::entry& peer);
  void deliver(directory::entry& peer, router_input& report, const loop_credit& credit);
  void turn_away(const router_input& report);
  void turn_down(time_point now);
  void turn_down_user(const router_input& report);
  void turn_back(const router_input& report);
  void refuse_takeover(const directory::entry& peer, const router_input& report);
  void tell_lost(const directory::entry& peer, std::uint64_t first_undelivered);
  void tell_invalid(const directory::entry& peer);

  io_actor::pointer self_;
  outbox* outbox_ = nullptr;
  socket_id socket_{};
  directory directory_;
  serve_peers openers_;
  std::shared_ptr<broker_counters> counters_;
  log_limiter invalid_log_;
  log_limiter accept_log_;
  log_limiter refusal_log_;
  log_limiter full_log_;
  log_limiter door_log_;
  log_limiter admission_log_;
  log_limiter handshake_log_;
  log_limiter endless_log_;
  log_limiter user_log_;
  log_limiter session_log_;
  bool are_listed_ = false;
  peers::probe_schedule probes_;
  deadline_timer probe_timer_;
};

} // namespace mdp::actors::io
