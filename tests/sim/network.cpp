#include "sim/network.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mdp::sim {

// -- the broker's end -----------------------------------------------------------------------------

void network::unbind(router_end how, time_point now) {
  router_inbox_.clear();
  unread_.clear();
  for (auto& [number, link] : connections_) {
    lose_router_end(link);
    if (how == router_end::closed) {
      put(link.down, {}, true, now);
    } else if (how == router_end::killed) {
      lose_some(link.down);
      put(link.down, {}, true, now);
    } else {
      link.is_broken = true;
      link.notice.peer = chance_.chance(0.3)
                           ? never
                           : now + chance_.between(config_.latency_max, 40 * config_.latency_max);
    }
  }
  pipes_.clear(); // names that were still to be read
  is_bound_ = has_lost_connections_ = false;
}

bool network::route(const frame& routing_id, message frames, time_point now) {
  const auto pipe = pipes_.find(routing_id);
  if (pipe == pipes_.end() || pipe->second == closed_pipe)
    return false;
  tap_.broker_sent(routing_id, frames);
  auto& link = connections_.at(pipe->second);
  if (!link.is_broken)
    put(link.down, std::move(frames), false, now);
  return true;
}

std::optional<routed_message> network::receive() {
  if (router_inbox_.empty())
    return std::nullopt;
  auto next = std::move(router_inbox_.front());
  router_inbox_.pop_front();
  const auto rest = unread_.find(next.routing_id);
  if (--rest->second == 0) {
    unread_.erase(rest);
    if (const auto pipe = pipes_.find(next.routing_id);
        pipe != pipes_.end() && pipe->second == closed_pipe)
      pipes_.erase(pipe);
  }
  return next;
}

// -- a peer's end ---------------------------------------------------------------------------------

socket_number network::open(host_number host, frame name, time_point now) {
  const auto number = ++last_socket_;
  sockets_[number] = {
    host, std::move(name), now + chance_.between(duration{}, config_.latency_max), std::nullopt, {},
    {}};
  return number;
}

void network::close(socket_number socket, bool flush, time_point now) {
  const auto entry = sockets_.find(socket);
  if (entry == sockets_.end())
    return;
  if (entry->second.connected) {
    auto& link = connections_.at(*entry->second.connected);
    link.peer_has_it = false;
    link.down.clear();
    if (!flush)
      lose_some(link.up);
    if (!link.is_broken)
      put(link.up, {}, true, now);
  }
  sockets_.erase(entry);
}

void network::vanish(socket_number socket, time_point router_notices, time_point now) {
  const auto entry = sockets_.find(socket);
  if (entry == sockets_.end())
    return;
  if (entry->second.connected) {
    auto& link = connections_.at(*entry->second.connected);
    link.peer_has_it = false;
    link.is_broken = true;
    link.notice.router =
      std::min({link.notice.router, router_notices, now + config_.router_patience});
    link.down.clear();
    lose_some(link.up);
  }
  sockets_.erase(entry);
}

void network::send(socket_number socket, message frames, time_point now) {
  auto& from = sockets_.at(socket);
  if (!from.connected)
    return from.unsent.push_back(std::move(frames));
  auto& link = connections_.at(*from.connected);
  if (!link.is_broken)
    put(link.up, std::move(frames), false, now);
}

bool network::has_input(socket_number socket) const {
  const auto entry = sockets_.find(socket);
  return entry != sockets_.end() && !entry->second.inbox.empty();
}

std::optional<message> network::receive(socket_number socket) {
  const auto entry = sockets_.find(socket);
  if (entry == sockets_.end() || entry->second.inbox.empty())
    return std::nullopt;
  auto frames = std::move(entry->second.inbox.front());
  entry->second.inbox.pop_front();
  return frames;
}

// -- what happens to it ---------------------------------------------------------------------------

void network::cut(host_number host, const break_notice& notice, time_point now) {
  for (auto& [number, link] : connections_) {
    if (link.host != host || link.is_broken)
      continue;
    events_.note([&link = link] { return "network: " + shown(link.routing_id) + " is cut"; });
    link.is_broken = true;
    link.notice = {notice.peer, std::min(notice.router, now + config_.router_patience)};
    lose_some(link.up);
    lose_some(link.down);
  }
}

void network::heal(time_point now) {
  held_until_.clear();
  for (auto& [number, link] : connections_)
    if (link.is_broken)
      link.notice = {std::min(link.notice.peer, now), std::min(link.notice.router, now)};
}

// -- time -----------------------------------------------------------------------------------------

time_point network::next_event() const {
  auto next = never;
  for (const auto& [number, socket] : sockets_)
    if (!socket.connected)
      next = std::min(next, socket.connects_at);
  for (const auto& [number, link] : connections_) {
    const auto held = held_until(link.host);
    for (const auto* line : {&link.up, &link.down})
      if (!line->empty())
        next = std::min(next, std::max(held, line->front().due));
    if (link.peer_has_it)
      next = std::min(next, link.notice.peer);
    if (link.router_has_it)
      next = std::min(next, link.notice.router);
  }
  return next;
}

void network::advance(time_point now) {
  for (auto& [number, socket] : sockets_) {
    if (socket.connected || socket.connects_at > now)
      continue;
    if (is_bound_ && held_until(socket.host) <= now)
      establish(socket, number, now);
    else
      socket.connects_at =
        now + chance_.between(config_.reconnect_pause, 2 * config_.reconnect_pause);
  }
  for (auto entry = connections_.begin(); entry != connections_.end();) {
    auto& link = entry->second;
    if (held_until(link.host) <= now) {
      deliver_up(link, now);
      deliver_down(link, now);
    }
    if (link.notice.peer <= now)
      lose_peer_end(link, now);
    if (link.notice.router <= now)
      lose_router_end(link);
    const bool is_over = !link.router_has_it && !link.peer_has_it;
    entry = is_over ? connections_.erase(entry) : std::next(entry);
  }
}

time_point network::held_until(host_number host) const {
  const auto entry = held_until_.find(host);
  return entry == held_until_.end() ? time_point{} : entry->second;
}

/// As libzmq makes them: a NUL and four bytes.
frame network::new_routing_id() {
  const auto number = ++last_routing_id_;
  const std::array<std::byte, 5> bytes = {std::byte{0}, std::byte(number >> 24U),
                                          std::byte(number >> 16U), std::byte(number >> 8U),
                                          std::byte(number)};
  return frame(bytes);
}

void network::establish(peer_socket& socket, socket_number number, time_point now) {
  const auto id = ++last_connection_;
  auto& link = connections_[id];
  link.socket = number;
  link.host = socket.host;
  link.routing_id = socket.name.empty() ? new_routing_id() : socket.name;
  link.is_ignored = !pipes_.emplace(link.routing_id, id).second;
  socket.connected = id;
  for (auto& frames : std::exchange(socket.unsent, {}))
    put(link.up, std::move(frames), false, now);
  events_.note([&] {
    return "network: host " + std::to_string(socket.host) + " is connected as " +
           shown(link.routing_id) + (link.is_ignored ? ", a name that is taken" : "");
  });
}

void network::put(std::deque<packet>& line, message frames, bool is_end, time_point now) {
  auto due = now + chance_.between(config_.latency_min, config_.latency_max);
  if (!line.empty())
    due = std::max(due, line.back().due); // TCP keeps the order
  line.push_back({due, std::move(frames), is_end});
}

/// A connection that breaks loses the end of what is under way, never something out of the middle.
void network::lose_some(std::deque<packet>& line) {
  line.resize(static_cast<std::size_t>(chance_.below(line.size() + 1)));
}

void network::deliver_up(connection& link, time_point now) {
  while (!link.up.empty() && link.up.front().due <= now) {
    auto next = std::move(link.up.front());
    link.up.pop_front();
    if (next.is_end)
      lose_router_end(link);
    else if (link.router_has_it && !link.is_ignored) {
      ++unread_[link.routing_id];
      router_inbox_.push_back({link.routing_id, std::move(next.frames)});
    }
  }
}

void network::deliver_down(connection& link, time_point now) {
  while (!link.down.empty() && link.down.front().due <= now) {
    auto next = std::move(link.down.front());
    link.down.pop_front();
    if (next.is_end)
      lose_peer_end(link, now);
    else if (const auto to = sockets_.find(link.socket); link.peer_has_it && to != sockets_.end())
      to->second.inbox.push_back(std::move(next.frames));
  }
}

/// The DEALER has noticed, and connects again; its owner hears nothing of it.
void network::lose_peer_end(connection& link, time_point now) {
  if (!std::exchange(link.peer_has_it, false))
    return;
  link.up.clear();
  if (const auto socket = sockets_.find(link.socket); socket != sockets_.end()) {
    socket->second.connected.reset();
    socket->second.connects_at = socket->second.name.empty()
                                   ? now + chance_.between(duration{}, config_.reconnect_pause)
                                   : never;
  }
}

/// The ROUTER has noticed: from now on nothing can be sent to the peer. Its name is free when all that
/// came under it has been read; until then another one of that name is ignored.
void network::lose_router_end(connection& link) {
  if (!std::exchange(link.router_has_it, false))
    return;
  has_lost_connections_ = true;
  link.up.clear();
  if (link.is_ignored)
    return;
  if (unread_.contains(link.routing_id))
    pipes_[link.routing_id] = closed_pipe;
  else
    pipes_.erase(link.routing_id);
}

} // namespace mdp::sim
