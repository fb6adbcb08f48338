#pragma once

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/time.hpp"

#include <algorithm>

namespace mdp::actors {

/// Wakes an actor with `deadline_due` at its engine's next deadline. There is at most one timer
/// under way that matters: while a timer is armed for an earlier time nothing is done, as it will
/// fire early, find nothing to do and be armed again. So a heartbeat deadline that moves with each
/// message costs one timer an interval, not one a message (T16).
class deadline_timer {
public:
  /// Call after each call into the engine, with the engine's next deadline.
  template <class Self, class Handle>
  void arm(Self* self, const Handle& to, time_point deadline) {
    if (deadline >= armed_)
      return;
    armed_ = deadline;
    tell_after(self, std::max(deadline - now_of(self), duration::zero()), to, deadline_due{});
  }

  /// Call first thing on `deadline_due`.
  void fired() noexcept { armed_ = never; }

private:
  time_point armed_ = never;
};

} // namespace mdp::actors
