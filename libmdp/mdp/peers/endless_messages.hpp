#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

/// Finds connections whose message never ends. libzmq bounds a frame and the number of messages, but
/// not what stands in front of a message's last frame: a peer that says "more" for ever fills the
/// machine's memory, and nobody ever sees a message of its.
///
///     UNNOTICED ── look(): much was received since the last delivery known ──► WATCHED
///     WATCHED ──── look(): more than the bound, and nothing delivered ───────► SUSPECT
///     SUSPECT ──── drained() ────────────────────────────────────────────────► hung up on
///     WATCHED, SUSPECT ── delivered() ───────────────────────────────────────► UNNOTICED
///
/// The bytes of a connection are counted by the system, which knows nothing of messages. Whoever is
/// watched is counted from then on: it may be in the middle of a message, but not receive more than
/// the largest one, and what is in buffers, without delivering one. Who does is hung up on, though only
/// when all that can be read has been read: its owner may be behind.
///
/// While nobody is watched, which is nearly always, a message costs nothing. Connections are named by
/// whatever the owner has for them. Not synchronised.
namespace mdp::peers {

class endless_messages {
public:
  /// Watches who has received more than `unnoticed` bytes, and suspects who then receives more than
  /// `bound`, which is at least a whole message.
  endless_messages(std::uint64_t unnoticed, std::uint64_t bound)
      : unnoticed_(unnoticed), bound_(bound) {}

  /// There is a connection, from its first byte on; a name that is known already is another's now.
  void opened(int connection) {
    closed(connection);
    connections_.emplace(connection, counted{});
  }

  void closed(int connection) {
    connections_.erase(connection);
    watched_.erase(connection);
    suspects_.erase(connection);
  }

  /// Asks `received(connection)` for the bytes that each has received so far; nothing if that is not
  /// known, or if there is no such connection.
  template <class Received>
  void look(Received&& received) {
    for (auto& [connection, counted] : connections_) {
      const std::optional<std::uint64_t> bytes = received(connection);
      if (!bytes || *bytes < counted.from)
        continue;
      const auto since = *bytes - counted.from;
      if (watched_.contains(connection)) {
        if (since > bound_)
          suspects_.insert(connection);
      } else if (since > unnoticed_) {
        watched_.insert(connection);
        counted.from = *bytes;
      }
    }
  }

  /// Whether delivered() must be called for those that are watched.
  [[nodiscard]] bool is_watching() const noexcept { return !watched_.empty(); }
  [[nodiscard]] bool is_watched(int connection) const { return watched_.contains(connection); }
  /// Whether all that can be read is to be read, and drained() to be called.
  [[nodiscard]] bool has_suspects() const noexcept { return !suspects_.empty(); }

  /// A whole message has come by `connection`, which had received so many bytes by then.
  void delivered(int connection, std::uint64_t received) {
    if (watched_.erase(connection) == 0)
      return;
    suspects_.erase(connection);
    connections_.at(connection).from = received;
  }

  /// All that had arrived when look() was called has been delivered. Returns who is to be hung up on
  /// and forgets them.
  [[nodiscard]] std::vector<int> drained() {
    std::vector<int> endless(suspects_.begin(), suspects_.end());
    for (const auto connection : endless)
      closed(connection);
    return endless;
  }

  [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

private:
  struct counted {
    std::uint64_t from =
      0; // bytes received at its last known delivery, or when it was first watched
  };

  std::uint64_t unnoticed_;
  std::uint64_t bound_;
  std::unordered_map<int, counted> connections_;
  std::unordered_set<int> watched_;
  std::unordered_set<int> suspects_; // a part of those
};

} // namespace mdp::peers
