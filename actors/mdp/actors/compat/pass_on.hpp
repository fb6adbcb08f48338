#pragma once

#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/mailbox_element.hpp>

#include <tuple>
#include <typeinfo>
#include <utility>

namespace mdp::actors {

/// Sends `message`, which `self` is handling and has no more use for, to `to` as it is now. If a loop has handed it to `self` it goes
/// in its own memory, when `self` has handled it, and is from whoever it was from: half of what another message would cost.
template <class Self, class Handle, class Message>
void pass_on(Self* self, const Handle& to, Message& message) {
  using element = caf::mailbox_element_vals<Message>;
  auto* const loop = loop_unit::current();
  auto* const in_hand = loop != nullptr ? loop->in_hand() : nullptr;
  // What comes wrapped, or through the mailbox, lies elsewhere.
  const bool is_in_hand = in_hand != nullptr && &typeid(*in_hand) == &typeid(element) &&
                          &std::get<0>(static_cast<element*>(in_hand)->data()) == &message;
  if (is_in_hand)
    loop->pass_on(caf::actor_cast<caf::strong_actor_ptr>(to));
  else
    tell(self, to, std::move(message));
}

} // namespace mdp::actors
