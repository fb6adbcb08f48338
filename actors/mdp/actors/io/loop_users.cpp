#include "mdp/actors/io/loop_users.hpp"

#include "mdp/net/descriptors.hpp"

namespace mdp::actors::io {

bool user_check::admits(net::message_origin& from) {
  if (socket_.admitted.is_anybody()) {
    socket_.users.said(from.connection, from.user);
    return true;
  }
  if (const auto* const name = listed_.user_of(from.user)) {
    socket_.users.said(from.connection, from.user);
    if (name != &from.user)
      from.user = *name;
    return true;
  }
  // He was let in, so he was in the store: there was nothing to say about him before it changed.
  socket_.users.closed(from.connection);
  if (from.connection >= 0)
    net::hang_up(from.connection);
  ++removed_;
  return false;
}

void review_connections(loop_socket& socket, time_point now, std::vector<loop_report>& reports) {
  if (socket.admitted.is_anybody())
    return;
  const auto listed = socket.admitted.now();
  const auto removed = socket.users.remove_unless(
    [&](const frame& shown) { return listed.user_of(shown) != nullptr; });
  for (const auto connection : removed)
    net::hang_up(connection);
  if (!removed.empty())
    reports.push_back(users_removed{socket.id, removed.size(), now});
}

} // namespace mdp::actors::io
