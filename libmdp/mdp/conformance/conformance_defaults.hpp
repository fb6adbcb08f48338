#pragma once

#include <chrono>
#include <cstdint>

/// Numbers of the conformance tool beside those of `defaults.hpp`, with their units and reasons.
namespace mdp::defaults {

/// How late a healthy peer may be to notice a silent side, however short its intervals are: a busy machine
/// gives it no processor for as long, and that does not shrink with the interval.
inline constexpr std::chrono::seconds conformance_shortest_grace{1};

/// How often it watches for regular heartbeats before it says that there are none. A machine under load
/// is late once; a peer that does not beat sends too few every time.
inline constexpr std::uint32_t conformance_watches = 3;

} // namespace mdp::defaults
