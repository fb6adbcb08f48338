#pragma once

#include "mdp/actors/compat/version.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/replies_to.hpp>
#include <caf/result.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// How a typed interface is written down, whatever the CAF version: a handle is
/// `caf::typed_actor<takes<message>, ...>`.
namespace mdp::actors {

#if MDP_CAF_AT_LEAST_0_18
/// A handler that takes `Message` and answers nothing.
template <class Message>
using takes = caf::result<void>(Message);
#else
template <class Message>
using takes = caf::reacts_to<Message>;
#endif

} // namespace mdp::actors

/// Makes a struct a message. Messages never leave the process, so none of them can be serialised.
#define MDP_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
