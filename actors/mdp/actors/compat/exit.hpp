#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>

#include <string>
#include <utility>

/// How actors end, and how others hear of it.
namespace mdp::actors {

/// How an actor ended, as far as a supervisor cares.
struct exit_kind {
  bool failed = false; ///< not by its own decision: an exception, a kill
  std::string what;    ///< for a log line
};

[[nodiscard]] inline exit_kind exit_kind_of(const caf::error& reason) {
  const bool failed =
    reason && reason != caf::exit_reason::normal && reason != caf::exit_reason::user_shutdown;
  return {failed, failed ? caf::to_string(reason) : std::string{}};
}

/// Sends `make_message(exit_kind)` to `observer` when `child` ends, or at once if it has. Unlike a
/// CAF monitor this delivers a typed message, and the same code compiles with every CAF. The
/// observer is kept in memory as long as the child lives.
template <class Child, class Observer, class MakeMessage>
void notify_exit(const Child& child, Observer observer, MakeMessage make_message) {
  caf::actor_cast<caf::abstract_actor*>(child)->attach_functor(
    [observer = std::move(observer),
     make_message = std::move(make_message)](const caf::error& reason, caf::execution_unit* unit) {
      observer->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                                  make_message(exit_kind_of(reason))),
                        unit);
    });
}

/// Ends `self` after the current message, by its own decision.
template <class Self>
void end_normally(Self* self) {
  self->quit();
}

/// Ends `self` after the current message, so that its supervisor takes it for a failure.
template <class Self>
void end_failed(Self* self) {
  self->quit(caf::exit_reason::unhandled_exception);
}

} // namespace mdp::actors
