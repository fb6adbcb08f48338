#pragma once

#include "mdp/time.hpp"

#include <chrono>

namespace mdp::net {

/// The time now, as engines count it. Thread-safe.
[[nodiscard]] inline time_point steady_now() noexcept {
  return time_point{std::chrono::steady_clock::now().time_since_epoch()};
}

} // namespace mdp::net
