#pragma once

#include "mdp/conformance/check.hpp"
#include "mdp/net/steady_now.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <optional>

namespace mdp::conformance {

/// Counts the heartbeats of a peer where there is no place for one, as it says something else in each
/// interval (7-37). What is asked of it at the pace of two an interval comes in time for that, unless it
/// takes half of one for each: then nothing can be seen.
class dense_talk {
public:
  /// `patience`: for how long it may be too slow, all together.
  dense_talk(duration interval, duration patience) : interval_(interval), patience_(patience) {}

  void heard(std::size_t beats) noexcept { heard_ += beats; }

  /// What was asked for at `asked` is here. The one before left the peer when that was asked for or later:
  /// if this is less than an interval ago, no heartbeat was due between the two.
  void arrived(time_point asked) {
    const auto since = asked_before_.value_or(asked);
    if (net::steady_now() - since < interval_) {
      time_ += asked - since;
      surplus_ += asked_before_ ? heard_ : 0;
    } else if ((slow_ += asked - since) > patience_) {
      throw not_seen("it takes longer than half of an interval for each");
    }
    asked_before_ = asked;
    heard_ = 0;
  }

  /// When to ask again, at that pace.
  [[nodiscard]] time_point next() const { return asked_before_.value() + interval_ / 2; }

  /// How long there was no place for a heartbeat, and those that came all the same.
  [[nodiscard]] duration time() const noexcept { return time_; }
  [[nodiscard]] std::size_t surplus() const noexcept { return surplus_; }

private:
  duration interval_;
  duration patience_;
  std::optional<time_point> asked_before_;
  duration time_{};
  duration slow_{}; // the rest
  std::size_t heard_ = 0;
  std::size_t surplus_ = 0;
};

} // namespace mdp::conformance
