#pragma once

#include "mdp/frame.hpp"

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

/// Which connection of a ROUTER is whose, as far as something was said on it: libzmq shows a message's
/// connection and user, and lists neither. So whoever is removed from a key store can be hung up on.
///
/// A connection on which nothing was said yet is not known here. It is heard with its first message,
/// which is checked against the store like any other.
///
/// Connections are named by their descriptors, which the system uses again: the owner says which have
/// closed. Not synchronised.
namespace mdp::peers {

class user_connections {
public:
  /// A message of `user` came by `connection`; a name that is known already may be another's now.
  void said(int connection, const frame& user) {
    const auto [entry, is_new] = users_.try_emplace(connection, user);
    if (!is_new && entry->second != user)
      entry->second = user;
  }

  void closed(int connection) { users_.erase(connection); }

  /// The connections of all for whom `may_stay(user)` is false; they are forgotten.
  template <class MayStay>
  [[nodiscard]] std::vector<int> remove_unless(MayStay&& may_stay) {
    std::vector<int> removed;
    std::erase_if(users_, [&](const auto& entry) {
      if (may_stay(entry.second))
        return false;
      removed.push_back(entry.first);
      return true;
    });
    return removed;
  }

  [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

private:
  std::unordered_map<int, frame> users_;
};

} // namespace mdp::peers
