#include "mdp/actors/io/loop_send.hpp"

#include "mdp/net/frames_io.hpp"

#include <utility>

namespace mdp::actors::io {

namespace {

net::send_status send_now(loop_socket& socket, const frame& routing_id, const message& frames) {
  auto status = net::send_status::would_block;
  socket.is_readable = true; // it may take a signal of input
  if (socket.kind != socket_kind::router)
    status = net::send(socket.handle, frames);
  else if (const auto ticket = socket.in_transit.ask(routing_id, frames); ticket.has_room)
    status = net::send_to(socket.handle, routing_id, frames, ticket.account);
  if (status == net::send_status::terminated)
    throw context_terminated();
  return status;
}

void report_dropped(const loop_socket& socket, std::vector<peers::dropped_messages> dropped,
                    unreachable_reason reason, std::vector<loop_report>& reports) {
  for (auto& [routing_id, peer, count] : dropped)
    reports.push_back(
      peer_unreachable{socket.id, peer, std::move(routing_id), reason, count, std::nullopt});
}

} // namespace

void send_or_park(loop_socket* socket, send_frames& command, time_point now,
                  std::vector<loop_report>& reports) {
  auto status = net::send_status::failed;
  if (socket != nullptr) {
    status = socket->backlog.holds_back(command.routing_id)
               ? net::send_status::would_block
               : send_now(*socket, command.routing_id, command.frames);
  }
  if (status == net::send_status::sent)
    return;
  if (status == net::send_status::would_block) {
    auto dropped =
      socket->backlog.park(command.routing_id, command.peer, std::move(command.frames), now);
    report_dropped(*socket, std::move(dropped), unreachable_reason::too_slow, reports);
    return;
  }
  reports.push_back(peer_unreachable{command.socket, command.peer, std::move(command.routing_id),
                                     unreachable_reason::gone, 1, command.number});
}

void retry_parked(loop_socket& socket, std::size_t& allowance, time_point now,
                  std::vector<loop_report>& reports) {
  for (; allowance > 0; --allowance) {
    const auto next = socket.backlog.next_attempt(now);
    if (!next)
      return;
    switch (send_now(socket, next->routing_id, next->frames)) {
    case net::send_status::sent:
      socket.backlog.succeeded();
      break;
    case net::send_status::would_block:
      report_dropped(socket, socket.backlog.postponed(now), unreachable_reason::too_slow, reports);
      break;
    default:
      report_dropped(socket, socket.backlog.gave_up(), unreachable_reason::gone, reports);
      break;
    }
  }
}

} // namespace mdp::actors::io
