#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace mdp::net {

/// A time-out in whole milliseconds, as poll() and zmq_poll() take it, rounded up so that waiting for a
/// deadline does not spin; -1, for ever, without one.
[[nodiscard]] inline int poll_timeout(std::optional<std::chrono::nanoseconds> timeout) noexcept {
  using std::chrono::milliseconds;
  if (!timeout)
    return -1;
  constexpr milliseconds longest = std::chrono::hours(24); // keeps far away from any overflow
  const auto rounded_up = std::chrono::ceil<milliseconds>(*timeout);
  return static_cast<int>(std::clamp(rounded_up, milliseconds::zero(), longest).count());
}

} // namespace mdp::net
