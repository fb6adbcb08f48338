#pragma once

#include "mdp/defaults.hpp"
#include "mdp/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

/// How many peers a broker has, beside how many it may have: at each door, and by user at all of them.
///
///     take()      | fewer at that door than `max_peers`, and fewer of that user than he may have: a place
///     give_back() | a peer has gone, and its place is free
///
/// Directories that serve one broker share one, so that a bound holds for all of them together.
namespace mdp::peers {

/// Whom a ROUTER is for: a broker has one for all, or one for each side (7-2).
enum class door : std::uint8_t { everybody, clients, workers };

inline constexpr std::size_t door_count = static_cast<std::size_t>(door::workers) + 1;

/// What comes of asking for a place.
enum class place : std::uint8_t {
  free,
  house_full, ///< The door has as many peers as it may have (T8).
  user_full,  ///< The user has.
};

struct census_bounds {
  std::size_t max_peers = defaults::max_peers; ///< At each door.
  /// How many peers a user may have; 0, and where this is empty: any number.
  std::function<std::size_t(const frame& user)> max_peers_of{};
};

class peer_census {
public:
  peer_census() = default;
  virtual ~peer_census() = default;
  peer_census(const peer_census&) = delete;
  peer_census& operator=(const peer_census&) = delete;

  /// What take() would say.
  [[nodiscard]] virtual place look(door at, const frame& user) const = 0;
  /// Takes a place if one is free.
  [[nodiscard]] virtual place take(door at, const frame& user) = 0;
  /// No more than was taken.
  virtual void give_back(door at, const frame& user) noexcept = 0;
};

/// For directories of one thread.
class plain_census final : public peer_census {
public:
  explicit plain_census(census_bounds bounds) : bounds_(std::move(bounds)) {}

  [[nodiscard]] place look(door at, const frame& user) const override {
    if (at_[index(at)] >= bounds_.max_peers)
      return place::house_full;
    if (!bounds_.max_peers_of)
      return place::free;
    const auto most = bounds_.max_peers_of(user);
    const auto known = of_user_.find(user);
    const bool is_full = most > 0 && known != of_user_.end() && known->second >= most;
    return is_full ? place::user_full : place::free;
  }

  [[nodiscard]] place take(door at, const frame& user) override {
    const auto outcome = look(at, user);
    if (outcome != place::free)
      return outcome;
    ++at_[index(at)];
    if (bounds_.max_peers_of)
      ++of_user_[user];
    return outcome;
  }

  void give_back(door at, const frame& user) noexcept override {
    --at_[index(at)];
    if (const auto known = of_user_.find(user); known != of_user_.end() && --known->second == 0)
      of_user_.erase(known);
  }

private:
  [[nodiscard]] static std::size_t index(door at) noexcept { return static_cast<std::size_t>(at); }

  census_bounds bounds_;
  std::array<std::size_t, door_count> at_{};
  std::unordered_map<frame, std::size_t> of_user_; // peers; empty where nobody asks
};

} // namespace mdp::peers
