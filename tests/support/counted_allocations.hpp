#pragma once

#include <cstdint>

namespace mdp::test {

/// How often this thread has asked `operator new` for memory. A test binary that uses this counts in all
/// of its code.
[[nodiscard]] std::uint64_t allocations() noexcept;

} // namespace mdp::test
