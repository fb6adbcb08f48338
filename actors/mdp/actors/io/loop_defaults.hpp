#pragma once

#include <cstddef>

/// Numbers of the socket loop alone, with their units and reasons; see `defaults.hpp`.
namespace mdp::defaults {

/// Turns in a row in which the loop reads on from sockets that are not read to their end, without
/// asking the system what else there is: a call in so many turns is next to nothing, and what comes
/// meanwhile waits for some hundred messages at most.
inline constexpr std::size_t turns_without_wait = 8;

} // namespace mdp::defaults
