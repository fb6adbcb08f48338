#pragma once

#include "mdp/peers/peer_defaults.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// Bounds how many connections may be open that have not finished their handshake: who connects and
/// says nothing costs a descriptor and libzmq's buffers until its time is over, and thousands of them
/// take the places of everybody else.
///
///     opened() ─► waits ─► heard(): it has said something        ─► no longer of interest
///                       ─► closed()
///                       ─► excess(): there are too many of them  ─► hung up on
///
/// Too many is more than `total`, or more than `by_address` of one address. Who goes is the one that has
/// waited longest, at the address that has most of them: whoever means it is through in a moment, so what
/// stands at the front of a long row does not. (The newest would be the wrong one: those that say nothing
/// would keep their places, and nobody else of their address would ever get one.) So a flood has to outrun
/// the handshakes of others, and one address cannot take the places of another.
///
/// libzmq does not say whose handshake has ended. The owner is asked when it matters, once for many: then
/// each row is made shorter by an eighth of what it may be.
///
/// Connections are named by whatever the owner has for them, addresses by what a peer cannot choose: see
/// net::peer_network(). Each call but excess() takes logarithmic time at most. Not synchronised.
namespace mdp::peers {

struct handshake_limits {
  std::size_t total = defaults::max_handshakes;
  std::size_t by_address = defaults::max_handshakes_by_address;
};

class open_handshakes {
public:
  explicit open_handshakes(const handshake_limits& limits) : limits_(limits) {}

  /// There is a connection from `address`; a name that is known already is another's now.
  void opened(int connection, std::string_view address) {
    forget(connection);
    auto row = rows_.try_emplace(std::string(address)).first;
    unrank(*row);
    const auto number = ++last_;
    row->second.emplace(number, connection);
    rank(*row);
    connections_.emplace(connection, place{row->first, number});
  }

  /// A message has come by it, so its handshake is over; or it has closed.
  void heard(int connection) { forget(connection); }
  void closed(int connection) { forget(connection); }

  /// Whether excess() has something to do.
  [[nodiscard]] bool is_over() const noexcept {
    return size() > limits_.total ||
           (!longest_.empty() && longest_.rbegin()->first > limits_.by_address);
  }

  /// Asks `is_through(connection)` about each one where there are too many, forgets those that are, and
  /// returns who is to be hung up on. It forgets these, too.
  template <class IsThrough>
  [[nodiscard]] std::vector<int> excess(IsThrough&& is_through) {
    std::vector<int> gone;
    if (!is_over())
      return gone;
    std::vector<int> through;
    for (const auto& [connection, where] : connections_)
      if (is_through(connection))
        through.push_back(connection);
    for (const auto connection : through)
      forget(connection);
    const bool is_full = size() > limits_.total;
    while (is_over() || (!gone.empty() && is_above_goal(is_full))) {
      const auto& row = rows_.find(longest_.rbegin()->second)->second;
      gone.push_back(row.begin()->second);
      forget(gone.back());
    }
    return gone;
  }

  [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

private:
  using row_map = std::unordered_map<std::string, std::set<std::pair<std::uint64_t, int>>>;

  struct place {
    std::string address;
    std::uint64_t number; // counts up: the lowest of a row has waited longest
  };

  /// Whether an eighth is not free yet, so that the next look is some time away.
  [[nodiscard]] bool is_above_goal(bool is_full) const noexcept {
    const auto goal = [](std::size_t limit) { return limit - limit / 8; };
    return is_full ? size() > goal(limits_.total)
                   : !longest_.empty() && longest_.rbegin()->first > goal(limits_.by_address);
  }

  void forget(int connection) {
    const auto known = connections_.find(connection);
    if (known == connections_.end())
      return;
    const auto row = rows_.find(known->second.address);
    unrank(*row);
    row->second.erase({known->second.number, connection});
    if (row->second.empty())
      rows_.erase(row);
    else
      rank(*row);
    connections_.erase(known);
  }

  void rank(const row_map::value_type& row) { longest_.emplace(row.second.size(), row.first); }
  void unrank(const row_map::value_type& row) { longest_.erase({row.second.size(), row.first}); }

  handshake_limits limits_;
  std::unordered_map<int, place> connections_;
  row_map rows_;                                          // by address; none is empty
  std::set<std::pair<std::size_t, std::string>> longest_; // the rows by their length
  std::uint64_t last_ = 0;
};

} // namespace mdp::peers
