#pragma once

#include "mdp/time.hpp"

#include <cstdint>
#include <optional>

namespace mdp::load {

/// The processor time that a process has used so far, all its threads together; nothing when there is no
/// such process. Thread-safe.
[[nodiscard]] std::optional<duration> processor_time(std::uint32_t process);

} // namespace mdp::load
