#include "mdp/actors/io/router_peers.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"

#include <spdlog/spdlog.h>

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

namespace mdp::actors::io {

router_peers::router_peers(io_actor::pointer self, const peers::directory_config& config,
                           std::shared_ptr<broker_counters> counters)
    : self_(self),
      directory_(config),
      counters_(std::move(counters)),
      invalid_log_(defaults::log_interval),
      accept_log_(defaults::accept_log_interval),
      refusal_log_(defaults::accept_log_interval),
      full_log_(defaults::accept_log_interval),
      door_log_(defaults::log_interval),
      admission_log_(defaults::log_interval),
      handshake_log_(defaults::log_interval),
      endless_log_(defaults::log_interval),
      user_log_(defaults::log_interval),
      session_log_(defaults::log_interval) {}

void router_peers::on_input(router_input& report, const loop_credit& credit) {
  if (!openers_.session)
    return counters_->not_serving.add(); // its peers will be heard when they speak again
  const auto decision =
    directory_.judge(report.routing_id, report.input, report.received_at, report.user);
  switch (decision.what) {
  case peers::verdict::deliver:
    return deliver(*decision.peer, report, credit);
  case peers::verdict::goodbye: {
    deliver(*decision.peer, report, credit);
    forget(report.routing_id); // nothing more is sent to it (7-28)
    return directory_.let_go(decision.peer->id, report.received_at);
  }
  case peers::verdict::open: {
    auto* const peer = directory_.admit(report.routing_id, report.input, report.user);
    if (peer == nullptr) // another loop's was quicker
      return on_input(report, credit);
    open(*peer, report.received_at);
    return deliver(*peer, report, credit);
  }
  case peers::verdict::violation:
    counters_->violations.add();
    return tell_invalid(*decision.peer);
  case peers::verdict::turn_away:
    counters_->turned_away.add();
    return turn_away(report);
  case peers::verdict::house_full:
    return turn_down(report.received_at);
  case peers::verdict::ignore:
    return counters_->ignored.add();
  case peers::verdict::wrong_door:
    return turn_back(report);
  case peers::verdict::user_full:
    return turn_down_user(report);
  case peers::verdict::takeover:
    return refuse_takeover(*decision.peer, report);
  }
}

void router_peers::turn_down(time_point now) {
  counters_->house_full.add();
  if (const auto withheld = full_log_.admit(now))
    spdlog::warn("a new client or worker is not let in: there are as many as --max-peers allows "
                 "({} more like it not shown)",
                 *withheld);
}

void router_peers::turn_down_user(const router_input& report) {
  counters_->user_full.add();
  if (const auto withheld = user_log_.admit(report.received_at))
    spdlog::warn("audit connection-refused user={} reason=max-connections ({} more like it not "
                 "shown)",
                 report.user.text(), *withheld);
}

void router_peers::turn_back(const router_input& report) {
  counters_->wrong_door.add();
  if (const auto withheld = door_log_.admit(report.received_at))
    spdlog::warn(
      "peer {} is at the wrong endpoint: there is one for clients and another for workers "
      "({} more like it not shown)",
      report.routing_id.hex(), *withheld);
}

/// Whoever had the routing id before is gone, or its new bearer would not have been let in.
void router_peers::refuse_takeover(const directory::entry& peer, const router_input& report) {
  counters_->takeovers.add();
  if (const auto withheld = user_log_.admit(report.received_at))
    spdlog::warn("audit takeover-refused peer={} user={} was={} ({} more like it not shown)",
                 report.routing_id.hex(), report.user.text(), peer.user.text(), *withheld);
  tell_lost(peer, peer_lost{}.first_undelivered);
}

void router_peers::on_users_removed(const users_removed& report) {
  counters_->removed_users.add(report.count);
  if (const auto withheld = user_log_.admit(report.noticed_at))
    spdlog::warn("audit users-removed connections={} ({} more like it not shown)", report.count,
                 *withheld);
}

void router_peers::review(const security::listed_users& listed) {
  directory_.for_each([&](const directory::entry& peer) {
    if (listed.has_user(peer.user))
      return;
    spdlog::info("audit session-ended peer={} user={} reason=user-removed", peer.id.value,
                 peer.user.text());
    tell_lost(peer, peer_lost{}.first_undelivered);
  });
}

void router_peers::on_invalid(const invalid_input& report) {
  counters_->invalid_messages.add(report.error);
  if (report.error == wire::decode_error::probe)
    return; // a greeting
  if (const auto withheld = invalid_log_.admit(report.received_at))
    spdlog::warn("peer {} sent an invalid message: {}{}{} ({} more like it not shown)",
                 report.routing_id.hex(), to_string(report.error),
                 report.header.empty() ? "" : ", header ", report.header, *withheld);
  if (const auto* peer = directory_.find(report.routing_id))
    tell_invalid(*peer);
}

void router_peers::on_unreachable(const peer_unreachable& report) {
  if (report.reason == unreachable_reason::too_slow)
    counters_->slow_peers.add();
  else if (report.reason == unreachable_reason::gone)
    counters_->unreachable_peers.add();
  counters_->undelivered.add(report.dropped_messages);
  if (const auto* peer = directory_.find(report.peer))
    tell_lost(*peer, report.first_undelivered.value_or(peer_lost{}.first_undelivered));
}

void router_peers::on_connections_lost(const connections_lost& report) {
  counters_->lost_connections.add(report.count);
  probes_.connections_lost(report.noticed_at);
  probe_timer_.arm(self_, io_actor{self_}, probes_.next_deadline());
}

void router_peers::on_accept_failed(const accept_failed& report) {
  counters_->accept_failures.add();
  if (const auto withheld = accept_log_.admit(report.noticed_at))
    spdlog::error("cannot accept a connection: {}. Raise the limit of open files (ulimit -n) "
                  "({} more like it not shown)",
                  report.error.message(), *withheld);
}

void router_peers::on_refused(const connections_refused& report) {
  counters_->refused_connections.add(report.count);
  if (const auto withheld = refusal_log_.admit(report.noticed_at))
    spdlog::warn(
      "hung up on {} new connections: there are as many as the limit of open files allows "
      "(ulimit -n). Who is connected stays, the others may try again ({} more like it not shown)",
      report.count, *withheld);
}

void router_peers::on_handshakes_ended(const handshakes_ended& report) {
  counters_->ended_handshakes.add(report.count);
  if (const auto withheld = handshake_log_.admit(report.noticed_at))
    spdlog::warn(
      "hung up on {} connections that had not finished their handshake: there are more than "
      "--max-handshakes or --max-handshakes-by-address allows ({} more like it not shown)",
      report.count, *withheld);
}

void router_peers::on_not_admitted(const admission_refused& report) {
  counters_->not_admitted.add(report.reason);
  if (const auto withheld = admission_log_.admit(report.noticed_at))
    spdlog::warn("audit connection-refused address={} {}={} reason={} ({} more like it not shown)",
                 report.address,
                 report.reason == security::admission_refusal::wrong_password ||
                     report.reason == security::admission_refusal::too_many_checks
                   ? "user"
                   : "key",
                 report.key, to_string(report.reason), *withheld);
}

void router_peers::on_endless(const connections_endless& report) {
  counters_->endless_connections.add(report.count);
  counters_->crowding_connections.add(report.crowding);
  const auto withheld = endless_log_.admit(report.noticed_at);
  if (withheld && report.count > 0)
    spdlog::warn("hung up on {} connections whose message did not end within what "
                 "--max-message-bytes allows ({} more like it not shown)",
                 report.count, *withheld);
  if (withheld && report.crowding > 0)
    spdlog::warn(
      "hung up on {} connections in the middle of a message: all that have begun one hold "
      "more than --max-unfinished-bytes allows, and these the most ({} more like it not "
      "shown)",
      report.crowding, *withheld);
}

void router_peers::probe() {
  probe_timer_.fired();
  if (probes_.tick(now_of(self_)))
    directory_.for_each([this](const directory::entry& peer) {
      if (const auto* worker = std::get_if<worker_connection_actor>(&peer.handle.actor))
        tell(self_, *worker, probe_worker{});
    });
  probe_timer_.arm(self_, io_actor{self_}, probes_.next_deadline());
}

void router_peers::end(const peer_ended& news) {
  if (const auto* peer = directory_.find(news.peer)) {
    if (news.failed)
      counters_->failed_peers.add();
    if (!news.was_told) // after a DISCONNECT there is still that to be sent
      forget(peer->routing_id);
  }
  counters_->unread.add(directory_.remove(news.peer, news.was_told, now_of(self_), news.heard));
}

void router_peers::release(const release_peer& request) {
  const auto* peer = directory_.find(request.peer);
  if (peer == nullptr)
    return;
  const auto [id, routing_id, session] =
    std::tuple{peer->id, peer->routing_id, std::get<client_session_actor>(peer->handle.actor)};
  if (!directory_.release(id, request.heard))
    return;
  forget(routing_id);
  tell(self_, session, peer_released{});
}

/// Has the loop drop what is parked under that routing id.
void router_peers::forget(const frame& routing_id) {
  std::ignore = outbox_->push(forget_peer{socket_, routing_id});
}

void router_peers::note_session(const directory::entry& peer, time_point now) {
  if (peer.user.empty())
    return;
  const auto withheld = are_listed_ ? std::optional<std::uint64_t>(0) : session_log_.admit(now);
  if (withheld)
    spdlog::info("audit session-begun peer={} user={} kind={} ({} more like it not shown)",
                 peer.id.value, peer.user.text(),
                 peer.kind == peers::peer_kind::client ? "client" : "worker", *withheld);
}

void router_peers::open(directory::entry& peer, time_point now) {
  note_session(peer, now);
  const auto outlet =
    std::make_shared<router_outlet>(*outbox_, socket_, peer.id, peer.routing_id, counters_);
  peer.handle.outlet = outlet_keeper(outlet);
  const new_peer who{peer.id, peer.routing_id, peer.user, peer.version, now, outlet};
  if (peer.kind == peers::peer_kind::client) {
    counters_->clients.add();
    peer.handle.actor = openers_.session(*self_, who);
  } else {
    counters_->workers.add();
    peer.handle.actor = openers_.connection(*self_, who);
    watch(peer); // a session that fails is started again, a connection is not
  }
}

/// An actor that fails says no last word, and its peer would be known, and unheard, for ever.
void router_peers::watch(const directory::entry& peer) {
  std::visit(
    [&](const auto& handle) {
      notify_exit(handle, io_actor{self_}, [id = peer.id](const exit_kind& how) {
        return peer_ended{id, false, std::nullopt, how.failed};
      });
    },
    peer.handle.actor);
}

void router_peers::deliver(directory::entry& peer, router_input& report,
                           const loop_credit& credit) {
  std::visit(
    overload{
      [&](wire::client_request& request) {
        tell(self_, std::get<client_session_actor>(peer.handle.actor),
             request_arrived{std::move(request), report.input.version, report.received_at, credit});
      },
      [&](wire::from_worker& command) {
        tell(self_, std::get<worker_connection_actor>(peer.handle.actor),
             command_arrived{std::move(command), report.received_at, credit});
      },
    },
    report.input.command);
}

void router_peers::turn_away(const router_input& report) {
  if (!outbox_->push(
        send_frames{socket_, peer_id{}, report.routing_id,
                    encode(wire::to_worker{wire::disconnect{}}, report.input.version)}))
    counters_->outbox_refused.add();
}

void router_peers::tell_lost(const directory::entry& peer, std::uint64_t first_undelivered) {
  std::visit([&](const auto& handle) { tell(self_, handle, peer_lost{first_undelivered}); },
             peer.handle.actor);
}

void router_peers::tell_invalid(const directory::entry& peer) {
  if (const auto* worker = std::get_if<worker_connection_actor>(&peer.handle.actor))
    tell(self_, *worker, invalid_arrived{});
}

} // namespace mdp::actors::io
