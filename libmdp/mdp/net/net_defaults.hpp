#pragma once

#include <chrono>

/// Numbers of sockets, with their units and reasons; see `defaults.hpp`.
namespace mdp::defaults {

/// How long a handshake with a listening socket may take: longer than any that means it needs, also with
/// a password that waits for its turn to be checked; short enough that a flood of half-open connections is
/// over soon. libzmq's own is 30 s.
inline constexpr std::chrono::seconds handshake_timeout{15};

} // namespace mdp::defaults
