#pragma once

#include <cstddef>

/// Numbers of the socket loop alone, with their units and reasons; see `defaults.hpp`.
namespace mdp::defaults {

/// Turns in a row in which the loop reads on from sockets that are not read to their end, without
/// asking the system what else there is: a call in so many turns is next to nothing, and what comes
/// meanwhile waits for some hundred messages at most.
inline constexpr std::size_t turns_without_wait = 8;

/// Loops of one broker: each has two threads, so more than a large machine has cores are of no use.
inline constexpr std::size_t max_loops = 64;

/// Descriptors that each loop after the first takes for itself: two threads' signals and polls, its
/// sockets' signals, a handler's and a monitor's among them. Counted, twelve.
inline constexpr std::size_t descriptors_of_loop = 16;

} // namespace mdp::defaults
