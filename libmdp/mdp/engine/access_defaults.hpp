#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The numbers of who may do what, with unit and reason. See `defaults.hpp` for all others.
namespace mdp::defaults {

/// Rules of access a broker may have: each new peer is compared with all of them.
inline constexpr std::size_t max_access_rules = 1000;

/// How long a worker waits for its DISCONNECT that offers what it may not serve. Stock workers come
/// back at once, for ever (T15): so each does it once a second and not as often as it can.
inline constexpr std::chrono::milliseconds access_refusal_delay{1000};

/// Lines a second that say who was refused something; what is beyond is only counted. Enough to see
/// who it is, too few to fill a disk.
inline constexpr std::uint32_t audit_lines_per_second = 10;

} // namespace mdp::defaults
