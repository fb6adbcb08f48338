#pragma once

#include "mdp/time.hpp"

#include <cstdint>
#include <deque>

namespace mdp::engine {

/// Counts restarts in a sliding period. A child that fails again and again is not cured by being
/// started again and again: over the intensity the failure goes up the tree.
class restart_window {
public:
  static constexpr std::uint32_t unlimited = UINT32_MAX;

  restart_window(std::uint32_t intensity, duration period)
      : intensity_(intensity), period_(period) {}

  /// Books a restart at `now`. False if that is one more than the period may hold.
  [[nodiscard]] bool admit(time_point now) {
    if (intensity_ == unlimited)
      return true;
    while (!restarts_.empty() && now - restarts_.front() >= period_)
      restarts_.pop_front();
    restarts_.push_back(now);
    return restarts_.size() <= intensity_;
  }

private:
  std::uint32_t intensity_;
  duration period_;
  std::deque<time_point> restarts_;
};

} // namespace mdp::engine
