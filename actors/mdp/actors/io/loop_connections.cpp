#include "mdp/actors/io/loop_connections.hpp"

#include "mdp/defaults.hpp"
#include "mdp/net/descriptors.hpp"

#include <algorithm>
#include <span>

namespace mdp::actors::io {

void take_news(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  const auto news = socket.monitor->take();
  for (const auto& [descriptor, is_open] : news.changes)
    is_open ? socket.endless.opened(descriptor) : socket.endless.closed(descriptor);
  if (socket.next_look == never && socket.endless.size() > 0)
    socket.next_look = now + defaults::endless_look_interval;
  // One that came and went since the last look is in both counts.
  socket.connections += news.accepted.size();
  socket.connections -= std::min(socket.connections, news.lost_connections);
  if (news.lost_connections > 0)
    reports.push_back(connections_lost{socket.id, news.lost_connections, now});
  if (news.failed_accepts > 0)
    reports.push_back(accept_failed{socket.id, news.accept_error, now});
  if (socket.connections <= socket.max_connections)
    return;
  // The last to come have to go. They count until libzmq says that they have gone.
  const auto too_many = std::min(socket.connections - socket.max_connections, news.accepted.size());
  for (const auto descriptor : std::span(news.accepted).last(too_many))
    net::hang_up(descriptor);
  if (too_many > 0)
    reports.push_back(connections_refused{socket.id, too_many, now});
}

void look_for_endless(loop_socket& socket, time_point now) {
  socket.endless.look(net::bytes_received);
  socket.next_look = socket.endless.size() > 0 ? now + defaults::endless_look_interval : never;
  if (socket.endless.is_watching())
    socket.is_readable = true; // has it read to its end, whether there is anything or not
}

void note_delivery(loop_socket& socket, int connection) {
  if (socket.endless.is_suspect(connection))
    socket.endless.delivered(connection, net::bytes_received(connection).value_or(0));
}

void hang_up_on_endless(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  const auto endless = socket.endless.drained();
  for (const auto connection : endless)
    net::hang_up(connection);
  if (!endless.empty())
    reports.push_back(connections_endless{socket.id, endless.size(), now});
}

} // namespace mdp::actors::io
