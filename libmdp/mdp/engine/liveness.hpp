#pragma once

#include "mdp/defaults.hpp"
#include "mdp/time.hpp"

#include <algorithm>
#include <cstdint>

namespace mdp::engine {

/// How often to beat, and when to give the other side up.
struct heartbeat_config {
  /// Silence of ours after which a HEARTBEAT is due (7-38).
  duration interval = defaults::heartbeat_interval;
  /// Intervals of their silence after which they are gone (7-39).
  std::uint32_t liveness = defaults::heartbeat_liveness;

  [[nodiscard]] duration patience() const noexcept { return interval * liveness; }
};

/// Both halves of heartbeating between two peers, for either side. Every command received counts as
/// a beat (7-36) and every command sent takes the place of one (7-37), so the owner reports both:
///
///     liveness beats{config, now};
///     beats.heard(received_at);               // on each valid command
///     beats.sent(now);                        // on each command sent
///     if (beats.is_lost(now)) ...             // 7-39
///     if (beats.is_beat_due(now)) ...         // send HEARTBEAT, then sent(now)
///
/// Ask again at `next_deadline()`; its answer changes only with heard(), sent() and looked().
class liveness {
public:
  liveness(const heartbeat_config& config, time_point now) noexcept
      : config_(config), heard_(now), sent_(now), looked_(now) {}

  /// The other side said something that arrived at `when`. Older news than known is harmless.
  void heard(time_point when) noexcept { heard_ = std::max(heard_, when); }

  /// We said something at `when`.
  void sent(time_point when) noexcept { sent_ = std::max(sent_, when); }

  [[nodiscard]] bool is_beat_due(time_point now) const noexcept {
    return now - sent_ >= config_.interval;
  }

  /// Whether nothing was heard for `patience` (by default the configured one).
  [[nodiscard]] bool is_lost(time_point now) const noexcept {
    return is_lost(now, config_.patience());
  }
  [[nodiscard]] bool is_lost(time_point now, duration patience) const noexcept {
    return now - heard_ >= patience;
  }

  /// Tells that its owner looks at the clock. If it had not for longer than the whole patience, then
  /// *we* were asleep (a suspended machine, a stopped process) and cannot know who was silent: the
  /// other side gets one more interval from now (T10). Call it before is_lost().
  void looked(time_point now) noexcept {
    if (now - looked_ >= config_.patience())
      heard_ = std::max(heard_, now - config_.patience() + config_.interval);
    looked_ = std::max(looked_, now);
  }

  [[nodiscard]] time_point last_heard() const noexcept { return heard_; }

  /// When the next beat is due or the other side is lost, whichever comes first.
  [[nodiscard]] time_point next_deadline() const noexcept {
    return next_deadline(config_.patience());
  }
  [[nodiscard]] time_point next_deadline(duration patience) const noexcept {
    return std::min(sent_ + config_.interval, heard_ + patience);
  }

private:
  heartbeat_config config_;
  time_point heard_;
  time_point sent_;
  time_point looked_;
};

} // namespace mdp::engine
