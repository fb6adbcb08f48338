#pragma once

#include <cstddef>

/// Numbers of the requests that wait, with their units and reasons; see `defaults.hpp`.
namespace mdp::defaults {

/// Requests in a turn of a client, while all who wait have so many waiting: few enough that others wait
/// little longer; what it saves stands in benchmarks/README.md.
inline constexpr std::size_t long_turn = 4;

/// Bytes of memory that a request costs beside its job and its body: its places in the session's and
/// the queue's tables, and what the allocator needs for each piece. Measured, by waiting_memory_test.
inline constexpr std::size_t job_bookkeeping_bytes = 256;

} // namespace mdp::defaults
