#include "mdp/actors/io/loop_connections.hpp"

#include "mdp/defaults.hpp"
#include "mdp/net/descriptors.hpp"
#include "mdp/peers/peer_defaults.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace mdp::actors::io {

namespace {

/// Ends connections where too many are in their handshake.
void hang_up_on_half_open(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  const auto gone = socket.handshakes.excess([&](int descriptor) {
    const auto traffic = net::traffic_of(descriptor);
    return !traffic || (traffic->received >= socket.handshake_bytes.received &&
                        traffic->sent >= socket.handshake_bytes.sent);
  });
  for (const auto descriptor : gone)
    net::hang_up(descriptor);
  if (!gone.empty())
    reports.push_back(handshakes_ended{socket.id, gone.size(), now});
}

} // namespace

void take_news(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  const auto news = socket.monitor->take();
  if (socket.kind == socket_kind::worker) {
    if (news.handshake && news.handshake != net::handshake_end::succeeded)
      reports.push_back(handshake_failed{socket.id, *news.handshake});
    return;
  }
  if (!news.changes.empty())
    socket.memo.forget();
  for (const auto& [descriptor, is_open] : news.changes) {
    socket.users.closed(descriptor); // one that opens has an older one's name, if any
    is_open ? socket.endless.opened(descriptor) : socket.endless.closed(descriptor);
    // Local peers have a file's permissions to pass, and no address.
    if (const auto network = is_open ? net::peer_network(descriptor) : std::nullopt)
      socket.handshakes.opened(descriptor, *network);
    else
      socket.handshakes.closed(descriptor);
  }
  if (socket.next_look == never && socket.endless.size() > 0)
    socket.next_look = now + defaults::endless_look_interval;
  // One that came and went since the last look is in both counts.
  socket.connections += news.accepted.size();
  socket.connections -= std::min(socket.connections, news.lost_connections);
  if (news.lost_connections > 0)
    reports.push_back(connections_lost{socket.id, news.lost_connections, now});
  if (news.failed_accepts > 0)
    reports.push_back(accept_failed{socket.id, news.accept_error, now});
  hang_up_on_half_open(socket, now, reports);
  if (socket.connections <= socket.max_connections)
    return;
  // The last to come have to go. They count until libzmq says that they have gone.
  const auto too_many = std::min(socket.connections - socket.max_connections, news.accepted.size());
  for (const auto descriptor : std::span(news.accepted).last(too_many))
    net::hang_up(descriptor);
  if (too_many > 0)
    reports.push_back(connections_refused{socket.id, too_many, now});
}

void look_for_endless(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  auto& endless = socket.endless;
  if (!endless.look(net::bytes_read, defaults::connections_a_look)) {
    socket.next_look = endless.is_pressed() ? now : now + defaults::pause_in_a_look;
    return;
  }
  const duration pause = endless.is_pressed() ? duration(defaults::pressed_look_interval)
                                              : duration(defaults::endless_look_interval);
  socket.next_look = endless.size() > 0 ? now + pause : never;
  if (endless.is_judgement_due())
    hang_up_on_endless(socket, now, reports);
  else if (endless.has_suspects())
    socket.is_readable = true; // has it read to its end, whether there is anything or not
}

void hang_up_on_endless(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  const auto guilty = socket.endless.judgement();
  for (const auto* group : {&guilty.endless, &guilty.crowding})
    for (const auto connection : *group)
      net::hang_up(connection);
  if (!guilty.endless.empty() || !guilty.crowding.empty())
    reports.push_back(
      connections_endless{socket.id, guilty.endless.size(), guilty.crowding.size(), now});
}

} // namespace mdp::actors::io
