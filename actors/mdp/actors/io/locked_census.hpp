#pragma once

#include "mdp/peers/peer_census.hpp"

#include <mutex>
#include <utility>

namespace mdp::actors::io {

/// For the directories of several loops. Thread-safe; asked when somebody comes or goes, not for each message.
class locked_census final : public peers::peer_census {
public:
  explicit locked_census(peers::census_bounds bounds) : census_(std::move(bounds)) {}

  [[nodiscard]] peers::place look(peers::door at, const frame& user) const override {
    const std::lock_guard lock(mutex_);
    return census_.look(at, user);
  }
  [[nodiscard]] peers::place take(peers::door at, const frame& user) override {
    const std::lock_guard lock(mutex_);
    return census_.take(at, user);
  }
  void give_back(peers::door at, const frame& user) noexcept override {
    const std::lock_guard lock(mutex_);
    census_.give_back(at, user);
  }

private:
  mutable std::mutex mutex_;
  peers::plain_census census_;
};

} // namespace mdp::actors::io
