#include "mdp/actors/io/loop_receive.hpp"

#include "mdp/actors/io/loop_connections.hpp"
#include "mdp/actors/io/loop_users.hpp"
#include "mdp/net/frames_io.hpp"
#include "mdp/wire/decode.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace mdp::actors::io {

namespace {

/// Bytes of a bad header that are shown: enough to recognise a protocol.
constexpr std::size_t shown_header_bytes = 15;

std::string shown_header(const message& frames) {
  return wire::printable(std::string(wire::header_seen(frames).substr(0, shown_header_bytes)));
}

/// Adds a report and returns it to be filled in, so that none is built elsewhere and moved in.
template <class Report>
Report& add(std::vector<loop_report>& reports, const loop_socket& socket, time_point now) {
  auto& report = std::get<Report>(reports.emplace_back(std::in_place_type<Report>));
  report.socket = socket.id;
  report.received_at = now;
  return report;
}

void add_invalid(std::vector<loop_report>& reports, const loop_socket& socket, frame& routing_id,
                 wire::decode_error error, std::string header, time_point now) {
  auto& report = add<invalid_input>(reports, socket, now);
  report.routing_id = std::move(routing_id);
  report.error = error;
  report.header = std::move(header);
}

/// Turns one whole message from a ROUTER into a report.
void decode_from_peer(const loop_socket& socket, frame& routing_id, frame& user, message& frames,
                      time_point now, std::vector<loop_report>& reports) {
  auto& report = add<router_input>(reports, socket, now);
  if (const auto error = wire::read_at_broker(frames, socket.limits, report.input)) {
    reports.pop_back();
    return add_invalid(reports, socket, routing_id, *error, shown_header(frames), now);
  }
  report.routing_id = std::move(routing_id);
  if (!user.empty())
    report.user = std::move(user);
}

/// The same for one from a worker's DEALER.
void decode_from_broker(const loop_socket& socket, message& frames, time_point now,
                        std::vector<loop_report>& reports) {
  auto header = shown_header(frames); // before the decoder takes them
  auto command = wire::decode_at_worker(std::move(frames), socket.version, socket.limits);
  frame nobody;
  if (!command)
    return add_invalid(reports, socket, nobody, command.error(), std::move(header), now);
  add<worker_input>(reports, socket, now).command = *std::move(command);
}

} // namespace

void receive_budget::spend(std::size_t message_bytes) noexcept {
  --messages;
  read_bytes += message_bytes;
  bytes -= std::min(bytes, message_bytes);
}

void receive_some(loop_socket& socket, receive_budget& budget, time_point now,
                  std::vector<loop_report>& reports) {
  const net::message_bounds bounds{socket.limits.max_frames, socket.limits.max_bytes};
  std::optional<user_check> users;
  if (socket.has_users)
    users.emplace(socket);
  const auto report_removed = [&] {
    if (users && users->removed() > 0)
      reports.push_back(users_removed{socket.id, users->removed(), now});
  };
  for (std::size_t count = 0; count < socket.batch && !budget.is_spent(); ++count) {
    frame routing_id;
    message frames;
    net::message_origin from;
    const auto result = socket.kind == socket_kind::router
                          ? net::receive_from(socket.handle, bounds, routing_id, frames, &from,
                                              {.wrapping = socket.wrapping,
                                               .with_user = socket.has_users,
                                               .memo = socket.has_users ? nullptr : &socket.memo})
                          : net::receive(socket.handle, bounds, frames);
    socket.endless.delivered(from.connection, from.wire_bytes);
    socket.handshakes.heard(from.connection);
    const bool is_message = result.status != net::receive_status::nothing &&
                            result.status != net::receive_status::terminated;
    socket.unanswered += is_message ? 1 : 0;
    if (users && is_message && !users->admits(from)) {
      budget.spend(result.bytes);
      continue;
    }
    switch (result.status) {
    case net::receive_status::received:
      if (socket.kind == socket_kind::router)
        decode_from_peer(socket, routing_id, from.user, frames, now, reports);
      else
        decode_from_broker(socket, frames, now, reports);
      break;
    case net::receive_status::nothing:
      socket.is_readable = false;
      if (const auto together = std::exchange(socket.unanswered, 0); together > 0)
        socket.batch = std::min(together, defaults::turn_max_messages);
      if (socket.endless.has_suspects())
        hang_up_on_endless(socket, now, reports);
      return report_removed();
    case net::receive_status::too_many_frames:
      add_invalid(reports, socket, routing_id, wire::decode_error::too_many_frames, {}, now);
      break;
    case net::receive_status::too_many_bytes:
      add_invalid(reports, socket, routing_id, wire::decode_error::too_many_bytes, {}, now);
      break;
    case net::receive_status::terminated:
      throw context_terminated();
    }
    budget.spend(result.bytes);
  }
  socket.batch = std::min(2 * socket.batch, defaults::turn_max_messages);
  report_removed();
}

} // namespace mdp::actors::io
