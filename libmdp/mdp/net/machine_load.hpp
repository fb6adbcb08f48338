#pragma once

#include <cstdint>

namespace mdp::net {

/// How loaded this machine is, in thousandths of its processors: its load average of the last minute
/// by processor. 0 where the system does not say. Quick, and thread-safe.
[[nodiscard]] std::uint32_t machine_load() noexcept;

} // namespace mdp::net
