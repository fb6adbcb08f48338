#include "mdp/actors/io/loop_connections.hpp"

#include "mdp/net/descriptors.hpp"

#include <algorithm>
#include <span>

namespace mdp::actors::io {

void take_news(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  const auto news = socket.monitor->take();
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

} // namespace mdp::actors::io
