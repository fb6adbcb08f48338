#pragma once

#include "mdp/actors/compat/loop_timers.hpp"
#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/peers/peer_defaults.hpp"
#include "mdp/time.hpp"

#include <algorithm>

namespace mdp::actors {

/// Wakes an actor with `deadline_due` at its engine's next deadline. There is at most one timer
/// under way that matters: while a timer is armed for an earlier time nothing is done, as it will
/// fire early, find nothing to do and be armed again. So a heartbeat deadline that moves with each
/// message costs one timer an interval, not one a message (T16).
///
/// An actor that runs on a loop waits by the loop's own timers, which are taken back as it ends. All
/// others wait by CAF's, which are not: one that is under way keeps its actor in memory, also when that
/// has ended. So none of those is longer than its actor is old, but for the first: who came only to leave
/// is out of memory soon, however rarely anybody beats, and those that have ended never keep more of it
/// than those that live have had.
class deadline_timer {
public:
  /// Call after each call into the engine, with the engine's next deadline.
  template <class Self, class Handle>
  void arm(Self* self, const Handle& to, time_point deadline) {
    if (deadline >= armed_)
      return;
    auto* const loop = loop_unit::current();
    if (loop == nullptr || self->context() != loop ||
        !of_loop_.start(loop->timers(), to, deadline, deadline_due{}))
      arm_by_caf(self, to, deadline);
    else
      armed_ = deadline;
  }

  /// Call first thing on `deadline_due`.
  void fired() noexcept { armed_ = never; }

private:
  template <class Self, class Handle>
  void arm_by_caf(Self* self, const Handle& to, time_point deadline) {
    const auto now = now_of(self);
    if (began_ == never)
      began_ = now;
    armed_ = std::min(deadline, now + std::max<duration>(now - began_, defaults::first_timer));
    tell_after(self, std::max(armed_ - now, duration::zero()), to, deadline_due{});
  }

  loop_timer of_loop_;
  time_point armed_ = never;
  time_point began_ = never; // when CAF was asked first
};

} // namespace mdp::actors
