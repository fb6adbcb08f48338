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
///     look() ──► whoever has received more than the bound since it last delivered is suspect
///     delivered(connection) ──► it was a long way to its message's end: not suspect any more
///     drained() ──► every message that had come in whole by then has been delivered, so who is still
///                   suspect has one that is larger than any may be: returned, to be hung up on
///
/// The bytes of a connection are counted by the system, which knows nothing of messages; so a bound
/// must leave room for a whole message, for the beginning of the next, and for what is in buffers.
/// While nobody is suspect, which is nearly always, a message costs nothing. Connections are named by
/// whatever the owner has for them. Not synchronised.
namespace mdp::peers {

class endless_messages {
public:
  explicit endless_messages(std::uint64_t bound) : bound_(bound) {}

  /// There is a connection, from its first byte on; a name that is known already is another's now.
  void opened(int connection) {
    delivered_at_[connection] = 0;
    suspects_.erase(connection);
  }

  void closed(int connection) {
    delivered_at_.erase(connection);
    suspects_.erase(connection);
  }

  /// Asks `received(connection)` for the bytes that each has received so far; nothing if that is not
  /// known, or if there is no such connection.
  template <class Received>
  void look(Received&& received) {
    for (const auto& [connection, delivered_at] : delivered_at_)
      if (const std::optional<std::uint64_t> bytes = received(connection);
          bytes && *bytes > delivered_at && *bytes - delivered_at > bound_)
        suspects_.insert(connection);
  }

  /// Whether delivered() and drained() must be called.
  [[nodiscard]] bool is_watching() const noexcept { return !suspects_.empty(); }
  [[nodiscard]] bool is_suspect(int connection) const { return suspects_.contains(connection); }

  /// A whole message of a suspect has arrived, when it had received so many bytes.
  void delivered(int connection, std::uint64_t received) {
    if (suspects_.erase(connection) > 0)
      delivered_at_[connection] = received;
  }

  /// All that had arrived when look() was called has been delivered. Returns who is to be hung up on
  /// and forgets them.
  [[nodiscard]] std::vector<int> drained() {
    std::vector<int> endless(suspects_.begin(), suspects_.end());
    for (const auto connection : endless)
      closed(connection);
    return endless;
  }

  [[nodiscard]] std::size_t size() const noexcept { return delivered_at_.size(); }

private:
  std::uint64_t bound_;
  std::unordered_map<int, std::uint64_t> delivered_at_; // bytes received by the last delivery known
  std::unordered_set<int> suspects_;
};

} // namespace mdp::peers
