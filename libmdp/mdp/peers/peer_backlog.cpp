#include "mdp/peers/peer_backlog.hpp"

#include "mdp/assert.hpp"

#include <algorithm>

namespace mdp::peers {

namespace {

void count_drop(std::vector<dropped_messages>& dropped, const frame& routing_id, peer_id peer) {
  if (dropped.empty() || dropped.back().peer != peer)
    dropped.push_back({routing_id, peer, 0});
  ++dropped.back().count;
}

} // namespace

bool peer_backlog::holds_back(const frame& routing_id) const {
  return !peers_.empty() && peers_.contains(routing_id);
}

std::vector<dropped_messages> peer_backlog::park(const frame& routing_id, peer_id peer,
                                                 message frames, time_point now) {
  auto& entry = *peers_.try_emplace(routing_id).first;
  auto& parked = entry.second;
  if (parked.banned == peer)
    return {{routing_id, peer, 1}};
  parked.banned.reset(); // somebody new under the same routing id

  const auto bytes = frames.footprint() + sizeof(parked_message);
  if (parked.messages.empty()) {
    parked.pause = limits_.retry_min;
    schedule(entry, now + parked.pause);
  }
  parked.messages.push_back({peer, std::move(frames), now, bytes});
  parked.bytes += bytes;
  bytes_ += bytes;
  ++messages_;

  const auto count = parked.messages.size();
  const bool is_over =
    count > limits_.max_messages || (count > 1 && parked.bytes > limits_.max_bytes);
  if (!is_over && bytes_ <= limits_.total_bytes)
    return {};
  auto& victim = is_over ? entry : largest();
  auto dropped = take_messages(victim);
  ban(victim, dropped.back().peer, now);
  return dropped;
}

std::size_t peer_backlog::forget(const frame& routing_id) {
  const auto entry = peers_.find(routing_id);
  if (entry == peers_.end())
    return 0;
  const auto count = entry->second.messages.size();
  remove(*entry);
  return count;
}

time_point peer_backlog::next_due() const noexcept {
  return due_.empty() ? never : due_.begin()->first;
}

std::optional<peer_backlog::attempt> peer_backlog::next_attempt(time_point now) {
  while (next_due() <= now) {
    auto& entry = current();
    if (!entry.second.messages.empty()) {
      const auto& first = entry.second.messages.front();
      return attempt{entry.first, first.peer, first.frames};
    }
    remove(entry); // a ban that is over
  }
  return std::nullopt;
}

void peer_backlog::succeeded() {
  auto& entry = current();
  auto& parked = entry.second;
  const auto bytes = parked.messages.front().bytes;
  parked.messages.pop_front();
  parked.bytes -= bytes;
  bytes_ -= bytes;
  --messages_;
  parked.pause = limits_.retry_min;
  if (parked.messages.empty())
    remove(entry);
}

std::vector<dropped_messages> peer_backlog::postponed(time_point now) {
  auto& entry = current();
  auto& parked = entry.second;
  const auto too_old_at = parked.messages.front().parked_at + limits_.max_age;
  if (now >= too_old_at) {
    auto dropped = take_messages(entry);
    ban(entry, dropped.back().peer, now);
    return dropped;
  }
  // The last try comes when the oldest message gets too old, not up to a whole pause later.
  schedule(entry, std::min(now + parked.pause, too_old_at));
  parked.pause = std::min(2 * parked.pause, limits_.retry_max);
  return {};
}

std::vector<dropped_messages> peer_backlog::gave_up() {
  auto& entry = current();
  auto dropped = take_messages(entry);
  remove(entry);
  return dropped;
}

/// Moves a peer to its new place in the order of due times.
void peer_backlog::schedule(peer_entry& entry, time_point due_at) {
  due_.erase({entry.second.due_at, &entry});
  entry.second.due_at = due_at;
  due_.emplace(due_at, &entry);
}

std::vector<dropped_messages> peer_backlog::take_messages(peer_entry& entry) {
  auto& [routing_id, parked] = entry;
  std::vector<dropped_messages> dropped;
  for (const auto& each : parked.messages)
    count_drop(dropped, routing_id, each.peer);
  messages_ -= parked.messages.size();
  bytes_ -= parked.bytes;
  parked.messages.clear();
  parked.bytes = 0;
  return dropped;
}

/// Refuses what is still sent under `peer`. Longer than a message may be parked, nobody who has
/// heard of the drop goes on sending.
void peer_backlog::ban(peer_entry& entry, peer_id peer, time_point now) {
  entry.second.banned = peer;
  schedule(entry, now + limits_.max_age);
}

void peer_backlog::remove(peer_entry& entry) {
  take_messages(entry);
  due_.erase({entry.second.due_at, &entry});
  peers_.erase(peers_.find(entry.first));
}

/// The peer that holds most; there is one.
peer_backlog::peer_entry& peer_backlog::largest() {
  return *std::ranges::max_element(peers_, {},
                                   [](const auto& entry) { return entry.second.bytes; });
}

/// The peer next_attempt() spoke of.
peer_backlog::peer_entry& peer_backlog::current() const {
  MDP_ASSERT(!due_.empty());
  return *due_.begin()->second;
}

} // namespace mdp::peers
