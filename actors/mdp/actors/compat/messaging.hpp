#pragma once

#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/time.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <utility>

/// The verbs of sending, which are spelled differently in every CAF release.
namespace mdp::actors {

/// Sends `message` to `to`, under the name of `self` and on its thread if `to` belongs there too.
template <class Self, class Handle, class Message>
void tell(Self* self, const Handle& to, Message message) {
  self->send(to, std::move(message));
}

/// The same, but only after `delay`.
template <class Self, class Handle, class Message>
void tell_after(Self* self, duration delay, const Handle& to, Message message) {
  self->delayed_send(to, delay, std::move(message));
}

/// Sends `message` to `to` from no actor. Thread-safe.
template <class Handle, class Message>
void post(const Handle& to, Message message) {
  caf::anon_send(to, std::move(message));
}

/// Sends `message` to `to` from no actor, to be run by `unit`; from the thread of `unit` only.
template <class Handle, class Message>
void post_on(caf::execution_unit& unit, const Handle& to, Message message) {
  if (to)
    to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(message)),
                &unit);
}

/// What time it is for all actors of `system`: its clock, which tests replace. Thread-safe.
inline time_point now_of(caf::actor_system& system) {
  return time_point(std::chrono::duration_cast<duration>(system.clock().now().time_since_epoch()));
}

/// What time it is for `self`. For one that a loop runs it is the loop's, which stands still for a turn.
inline time_point now_of(caf::local_actor* self) {
  const auto* const loop = loop_unit::current();
  return loop != nullptr && self->context() == loop ? loop->now() : now_of(self->system());
}

} // namespace mdp::actors
