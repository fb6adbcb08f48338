#pragma once

#include <cstdint>
#include <limits>

namespace mdp::test {

/// How often this thread has asked `operator new` for memory. A test binary that uses this counts in all
/// of its code.
[[nodiscard]] std::uint64_t allocations() noexcept;

/// Bytes that this thread has from `operator new` and has not given back, with what the allocator needs
/// for each piece. Less than nothing, where another thread's were given back here.
[[nodiscard]] std::int64_t held_bytes() noexcept;

inline constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();

/// From now on this thread gets memory so many times, and none then: as where the machine has no more.
void allow_allocations(std::uint64_t number) noexcept;

} // namespace mdp::test
