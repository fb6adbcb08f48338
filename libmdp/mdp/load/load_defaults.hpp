#pragma once

#include "mdp/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The numbers of the load generator, each with its unit and its reason.
namespace mdp::load::defaults {

/// Few enough for any machine, and enough open requests to keep a broker busy.
inline constexpr std::uint32_t clients = 4;
inline constexpr std::uint32_t window = 16;
inline constexpr std::uint32_t workers = 4;

/// The usual size for comparing brokers: what they cost, not what the network does.
inline constexpr std::size_t body_bytes = 64;

/// Bytes at the beginning of a body that say which request it is: a mark of this run and a number.
/// Shorter bodies do without, and their answers are told apart by their order.
inline constexpr std::size_t tag_bytes = 16;

/// Caches, connections and the broker's memory have settled by then.
inline constexpr std::chrono::seconds warm_up{1};
inline constexpr std::chrono::seconds length{5};

/// An answer that takes longer counts as missing.
inline constexpr std::chrono::seconds timeout{5};

/// A client's first request is sent again after that: some brokers drop what has no worker yet.
inline constexpr std::chrono::milliseconds first_request_again{500};

/// Well within what any broker allows a worker (liveness x 2.5 s is usual).
inline constexpr std::chrono::seconds heartbeat{1};

/// How soon a thread sees that the phase has changed or that an answer is overdue.
inline constexpr std::chrono::milliseconds tick{20};

/// Messages taken from one socket before the others of the thread have their turn.
inline constexpr std::size_t turn_messages = 256;

/// How many parts workers are ahead of what clients have taken, all together: MDP has no word for "slower", and a broker
/// lets go of a client for which too much waits (ours above 10 000 messages). And how soon they look again.
inline constexpr std::uint64_t parts_ahead = 4000;
inline constexpr std::chrono::milliseconds parts_look{1};

/// What workers may take to say DISCONNECT at the end.
inline constexpr std::chrono::milliseconds farewell{200};

/// How often progress is told.
inline constexpr std::chrono::milliseconds progress_interval{500};

/// Bounds against typing errors: sockets and threads of one process.
inline constexpr std::uint32_t max_peers = 5000;
inline constexpr std::uint32_t max_threads = 256;
inline constexpr std::uint32_t max_window = 1'000'000;
inline constexpr std::uint64_t max_rate = 100'000'000;

} // namespace mdp::load::defaults
