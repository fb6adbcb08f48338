#pragma once

#include <caf/mailbox_element.hpp>

#include <tuple>
#include <typeinfo>

namespace mdp::actors {

/// The messages that each request brings. A state that names them as its `frequent` has a member
/// `on(Message&)` for each, which is called past CAF's table of handlers: looking a message up there
/// costs more than most of what is done with it. Such a message is not answered, and CAF's own log does
/// not show that it was received. The table has a handler for it all the same: CAF wraps what waits for a
/// time, and what an actor leaves to its heir is wrapped as well.
template <class... Messages>
struct frequent_messages {
  /// Has `state` handle `what` if that is one of these; from whoever runs its actor.
  template <class State>
  [[nodiscard]] static bool handle(State& state, caf::mailbox_element& what) {
    return what.mid.is_async() && (handle_if<Messages>(state, what) || ...);
  }

private:
  template <class Message, class State>
  static bool handle_if(State& state, caf::mailbox_element& what) {
    using element = caf::mailbox_element_vals<Message>;
    // By their addresses, as names are compared where these differ: that one type has two is possible, and then it
    // is CAF's table that finds the handler.
    if (&typeid(what) != &typeid(element))
      return false;
    state.on(std::get<0>(static_cast<element&>(what).data()));
    return true;
  }
};

} // namespace mdp::actors
