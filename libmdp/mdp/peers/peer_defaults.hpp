#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Numbers of what peers may cost, with their units and reasons; see `defaults.hpp`.
namespace mdp::defaults {

using namespace std::chrono_literals;

// -- unfinished messages ----------------------------------------------------------------------------

/// What all connections of a socket may hold together in messages that have begun and not ended, in
/// bytes: sixteen of the largest messages at a time. Each alone is bounded by the largest message.
inline constexpr std::uint64_t unfinished_total_bytes = std::uint64_t{1} << 30U;

/// How often connections are looked at while they hold much: what a fast link brings within it comes
/// on top of the total.
inline constexpr std::chrono::milliseconds pressed_look_interval = 100ms;
/// So many connections are looked at in a turn of the loop, which takes about a tenth of a millisecond, and the
/// next ones that much later, or in the next turn while much is held. Ten thousand at once would hold up all others
/// for sixteen milliseconds.
inline constexpr std::size_t connections_a_look = 64;
inline constexpr std::chrono::milliseconds pause_in_a_look = 1ms;

/// Looks after which suspects are judged even by an owner who is never done with reading: ten seconds
/// while much is held. A broker that stands still for a moment blames nobody.
inline constexpr std::uint32_t endless_patience_looks = 100;

// -- handshakes -------------------------------------------------------------------------------------

/// Connections that have not finished their handshake, of all and of one address: some 6 kB each. Room
/// for a thousand workers behind one address that come back at the same moment.
inline constexpr std::size_t max_handshakes = 4096;
inline constexpr std::size_t max_handshakes_by_address = 2048;

// -- actors -----------------------------------------------------------------------------------------

/// The longest first timer of an actor. Timers cannot be taken back, and keep an actor in memory that
/// has ended: in this time a flood of workers that come and go leaves a few thousand of them.
inline constexpr std::chrono::milliseconds first_timer = 100ms;

/// New peers whose supervisor, on another thread, has not heard of them; beyond, the loop reads
/// nothing. As many as a turn's batches can bring at most, and a few megabytes.
inline constexpr std::size_t max_open_adoptions = 4096;

} // namespace mdp::defaults
