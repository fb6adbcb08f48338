#pragma once

#include "mdp/peers/peer_defaults.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

/// Finds connections whose message never ends, and bounds what all unfinished messages hold together.
/// libzmq bounds a frame and the number of messages, but not what stands in front of a message's last
/// frame: a peer that says "more" for ever fills the machine's memory, and so do thousands that each
/// begin a large message. Nobody ever sees a message of theirs.
///
/// The system counts the bytes that a connection has received; the owner says what each message took
/// of them. The difference is what the connection holds: messages that are not finished, or not read.
///
///     look(): somebody holds more than a message may have,  ─► has_suspects(): read all that can be
///             or all together hold more than the total         read, then ask for judgement()
///     judgement(): who still holds more than a message may have; and as long as all together hold
///             too much, who holds most ─► hung up on
///
/// What is held may be held by the owner, who is behind with reading: so nobody is judged before all
/// that had arrived is read. An owner who never comes to that end judges all the same after a while:
/// what has not been read fills the memory like anything else. Then only the total speaks against a
/// connection that has delivered something meanwhile, as behind a message without end nothing comes.
///
/// Connections are named by whatever the owner has for them. Not synchronised.
namespace mdp::peers {

/// Both in bytes.
struct endless_limits {
  std::uint64_t bound = 0; ///< What one connection may hold: at least a whole message.
  std::uint64_t total = 0; ///< What all may hold together: at least a bound.
};

class endless_messages {
public:
  explicit endless_messages(const endless_limits& limits) : limits_(limits) {}

  /// There is a connection, from its first byte on; a name that is known already is another's now.
  void opened(int connection) { connections_.insert_or_assign(connection, counted{}); }
  void closed(int connection) { connections_.erase(connection); }

  /// A whole message has come by `connection`, and took so many bytes of what that has received.
  void delivered(int connection, std::uint64_t bytes) {
    if (const auto known = connections_.find(connection); known != connections_.end())
      known->second.delivered += bytes, known->second.is_moving = true;
  }

  /// Asks `received(connection)` for the bytes that each has received so far; nothing if that is not
  /// known, or if there is no such connection. At most so many are asked at a time, as each costs the
  /// owner a system call or two: true when all have been, and something can be said.
  template <class Received>
  bool look(Received&& received, std::size_t at_most = std::numeric_limits<std::size_t>::max()) {
    if (round_.left.empty())
      begin_round();
    for (; at_most > 0 && !round_.left.empty(); --at_most) {
      const auto next = connections_.find(round_.left.back());
      round_.left.pop_back();
      if (next != connections_.end())
        look_at(next->second, received(next->first).value_or(0));
    }
    if (!round_.left.empty())
      return false;
    held_ = round_.held;
    unjudged_looks_ = round_.is_over || held_ > limits_.total ? unjudged_looks_ + 1 : 0;
    return true;
  }

  /// Whether all that can be read is to be read, and judgement() to be asked for.
  [[nodiscard]] bool has_suspects() const noexcept { return unjudged_looks_ > 0; }
  /// Whether that has taken too long, and judgement() is to be asked for as it is.
  [[nodiscard]] bool is_judgement_due() const noexcept {
    return unjudged_looks_ > defaults::endless_patience_looks;
  }
  /// Whether so much was held that the next look should be soon.
  [[nodiscard]] bool is_pressed() const noexcept { return held_ > limits_.total / 4; }
  /// What all held at the last look.
  [[nodiscard]] std::uint64_t held() const noexcept { return held_; }

  /// Who is to be hung up on.
  struct verdict {
    std::vector<int> endless;  ///< Their message is larger than any may be.
    std::vector<int> crowding; ///< All together hold too much, and these the most of it.
  };

  /// Judges by what had been received at the last look and is not delivered by now. Forgets those it
  /// returns.
  [[nodiscard]] verdict judgement() {
    verdict result;
    std::vector<std::pair<std::uint64_t, int>> others; // who hold something
    std::uint64_t held = 0;
    const bool is_behind = is_judgement_due();
    for (const auto& [connection, counted] : connections_) {
      if (counted.held() > limits_.bound && !(is_behind && counted.is_moving))
        result.endless.push_back(connection);
      else if (counted.held() > 0)
        others.emplace_back(counted.held(), connection), held += counted.held();
    }
    std::ranges::sort(others, std::greater());
    for (const auto& [bytes, connection] : others) {
      if (held <= limits_.total)
        break;
      held -= bytes;
      result.crowding.push_back(connection);
    }
    for (const auto* group : {&result.endless, &result.crowding})
      for (const auto connection : *group)
        closed(connection);
    unjudged_looks_ = 0;
    round_ = {}; // with those it has seen and who are gone now
    return result;
  }

  [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

private:
  struct counted {
    std::uint64_t received = 0;  // at the last look
    std::uint64_t delivered = 0; // of that, in whole messages
    bool is_moving = false;      // something was delivered since there are suspects

    [[nodiscard]] std::uint64_t held() const noexcept {
      return received - std::min(received, delivered);
    }
  };

  void begin_round() {
    round_ = {};
    round_.left.reserve(connections_.size());
    for (const auto& [connection, counted] : connections_)
      round_.left.push_back(connection);
  }

  void look_at(counted& one, std::uint64_t received) {
    one.is_moving = one.is_moving && has_suspects();
    one.received = received;
    // Nobody may save up what an odd peer's framing makes us count too much.
    one.delivered = std::min(one.delivered, one.received);
    round_.held += one.held();
    round_.is_over = round_.is_over || one.held() > limits_.bound;
  }

  /// A look at all of them, as far as it has come.
  struct round {
    std::vector<int> left; // to look at; may have ended
    std::uint64_t held = 0;
    bool is_over = false; // somebody holds more than a message may have
  };

  endless_limits limits_;
  std::unordered_map<int, counted> connections_;
  round round_;
  std::uint64_t held_ = 0;
  std::uint32_t unjudged_looks_ = 0; // in a row, since there were suspects
};

} // namespace mdp::peers
