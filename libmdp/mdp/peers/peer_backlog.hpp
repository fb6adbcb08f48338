#pragma once

#include "mdp/defaults.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

/// What could not be sent because a peer had no room for it, kept until it has (T14, T21).
///
/// A message that finds no room is parked; from then on all later ones to the same peer are parked
/// behind it, so that order is kept and nobody else is held up. Each peer is tried again after a
/// pause that doubles while nothing moves. A peer that goes over its budget of bytes, messages or
/// age is dropped; when all of them together are over theirs, the one that holds most is.
/// Everything parked for it goes, and so does every later message under the same `peer_id`, for a
/// receiver must not see the end of what it has not seen the middle of. That ban ends with
/// forget(), or by itself when nobody can be left who sends under the old id.
namespace mdp::peers {

/// What may be parked, and how often it is tried.
struct backlog_limits {
  /// A peer's, by footprint. One message may always wait, however large.
  std::size_t max_bytes = defaults::backlog_max_bytes;
  std::size_t max_messages = defaults::backlog_max_messages; ///< a peer's
  duration max_age = defaults::backlog_max_age;              ///< of a peer's oldest message
  std::size_t total_bytes = defaults::backlog_total_bytes;   ///< of all peers together
  duration retry_min = defaults::backlog_retry_min;
  duration retry_max = defaults::backlog_retry_max;
};

/// Messages that were given up.
struct dropped_messages {
  frame routing_id;
  peer_id peer;
  std::size_t count = 0;
  friend bool operator==(const dropped_messages&, const dropped_messages&) = default;
};

/// The parked messages of all peers of one socket. A routing id names who gets a message, the
/// `peer_id` is who the sender meant. Not synchronised; time comes from the caller.
class peer_backlog {
public:
  explicit peer_backlog(const backlog_limits& limits = {}) : limits_(limits) {}

  /// A parked message whose turn it is.
  struct attempt {
    const frame& routing_id;
    peer_id peer;
    const message& frames;
  };

  /// Nothing is parked and nobody is banned.
  [[nodiscard]] bool empty() const noexcept { return peers_.empty(); }

  /// Messages parked for all peers, and their memory in bytes.
  [[nodiscard]] std::size_t size() const noexcept { return messages_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// Whether a message to this peer must be parked without a try: others wait in front of it, or
  /// the peer was dropped.
  [[nodiscard]] bool holds_back(const frame& routing_id) const;

  /// Parks a message behind the peer's others. Returns what was dropped, usually nothing: this
  /// message and all in front of it when the peer is over its budget (or was before), another
  /// peer's when all together are over theirs.
  [[nodiscard]] std::vector<dropped_messages> park(const frame& routing_id, peer_id peer,
                                                   message frames, time_point now);

  /// Forgets all about a peer that has ended; returns how many messages were parked for it.
  std::size_t forget(const frame& routing_id);

  /// When to ask next_attempt() again; `never` when nothing is parked.
  [[nodiscard]] time_point next_due() const noexcept;

  /// The message to be tried next, or nothing when none is due. The caller tries it and says how it
  /// went with succeeded(), postponed() or gave_up(); until then the answer stays the same. Its
  /// references are valid until that call.
  [[nodiscard]] std::optional<attempt> next_attempt(time_point now);

  /// The message went; the next of the same peer is due at once.
  void succeeded();

  /// Still no room: tried again after a longer pause. Returns what was dropped when the oldest
  /// message has become too old.
  [[nodiscard]] std::vector<dropped_messages> postponed(time_point now);

  /// The peer is gone. Returns what was parked for it, first in first; a peer's end bans nobody.
  [[nodiscard]] std::vector<dropped_messages> gave_up();

private:
  struct parked_message {
    peer_id peer;
    message frames;
    time_point parked_at;
    std::size_t bytes;
  };

  struct parked_peer {
    std::deque<parked_message> messages; // empty while the peer is banned
    std::size_t bytes = 0;
    duration pause{};
    time_point due_at{};
    std::optional<peer_id> banned;
  };

  using peer_map = std::unordered_map<frame, parked_peer>;
  using peer_entry = peer_map::value_type; // stays where it is while others come and go

  void schedule(peer_entry& entry, time_point due_at);
  std::vector<dropped_messages> take_messages(peer_entry& entry);
  void ban(peer_entry& entry, peer_id peer, time_point now);
  void remove(peer_entry& entry);
  [[nodiscard]] peer_entry& largest();
  [[nodiscard]] peer_entry& current() const;

  backlog_limits limits_;
  peer_map peers_;
  std::set<std::pair<time_point, peer_entry*>> due_;
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace mdp::peers
