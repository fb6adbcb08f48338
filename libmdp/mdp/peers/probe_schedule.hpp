#pragma once

#include "mdp/defaults.hpp"
#include "mdp/time.hpp"

#include <algorithm>

namespace mdp::peers {

struct probe_config {
  duration delay = defaults::probe_delay;
  duration interval = defaults::probe_interval;
};

/// When to look which peers are gone. The socket says that connections have ended, but not whose;
/// only a message that cannot be delivered shows that. So workers that hold requests are sent one
/// (T1: transport evidence), soon, but not at every client's goodbye:
///
///     connections_lost(now) ──► due after `delay`, and not sooner than `interval` after the last
///     tick(now) at next_deadline() ──► true: probe now
///
/// The delay is for libzmq, which announces a loss a little before its socket knows of it; a loss
/// that came too late for one probe is good for another.
class probe_schedule {
public:
  explicit probe_schedule(const probe_config& config = {}) noexcept : config_(config) {}

  /// The socket has lost connections.
  void connections_lost(time_point now) noexcept {
    last_loss_ = now;
    if (due_ == never)
      due_ = has_probed_ ? std::max(now + config_.delay, last_probe_ + config_.interval)
                         : now + config_.delay;
  }

  /// Whether to probe now.
  [[nodiscard]] bool tick(time_point now) noexcept {
    if (now < due_)
      return false;
    has_probed_ = true;
    last_probe_ = now;
    due_ = now - last_loss_ < config_.delay ? now + config_.interval : never;
    return true;
  }

  /// When tick() has something to do; `never` while nothing was lost.
  [[nodiscard]] time_point next_deadline() const noexcept { return due_; }

private:
  probe_config config_;
  bool has_probed_ = false;
  time_point last_probe_{};
  time_point last_loss_{};
  time_point due_ = never;
};

} // namespace mdp::peers
