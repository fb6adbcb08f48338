#pragma once

#include "mdp/actors/compat/interface.hpp"

/// What actors say to each other about users, which are those who connect by CURVE.
namespace mdp::actors {

/// The key store has changed: whoever is not in it any more is to go. Sent by the runtime.
struct keys_changed {};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::keys_changed)
