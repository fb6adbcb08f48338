#pragma once

#include "mdp/time.hpp"

#include <algorithm>

namespace mdp::sim {

/// What may happen to every process of the simulated world, whatever runs in it: its clock leaps
/// forward (a virtual machine was suspended, T10), or it is stopped for a while and then goes on
/// where it was (SIGSTOP, a long pause of a garbage collector, a debugger).
class process {
public:
  explicit process(duration ahead) : ahead_(ahead) {}

  /// What this process's own clock shows at `world`; what its engines get to see.
  [[nodiscard]] time_point local(time_point world) const noexcept { return world + ahead_; }

  /// When this process's own clock will show `local`; `never` stays `never`.
  [[nodiscard]] time_point in_world(time_point local) const noexcept {
    return local == never ? never : local - ahead_;
  }

  void leap(duration by) noexcept { ahead_ += by; }

  void freeze(time_point until) noexcept { frozen_until_ = std::max(frozen_until_, until); }
  void thaw() noexcept { frozen_until_ = {}; }
  [[nodiscard]] bool is_frozen(time_point world) const noexcept { return world < frozen_until_; }

  /// When the process can do what it would do at `due`.
  [[nodiscard]] time_point when_awake(time_point due) const noexcept {
    return std::max(due, frozen_until_);
  }

private:
  duration ahead_;
  time_point frozen_until_{};
};

} // namespace mdp::sim
