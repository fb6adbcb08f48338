#pragma once

#include "mdp/time.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

/// How often something may happen: so many times a second on average, and no more than a second's
/// worth at once.
///
/// One number, the time by which what has happened would have been due at the even pace (the generic
/// cell rate algorithm, ITU-T I.371):
///
///     take() at now | due <= now + 1 s - step | yes: due = max(due, now) + step
///                   | otherwise               | no
///
/// Any number of threads may ask.
namespace mdp::engine {

class pace {
public:
  /// 0: as often as it likes.
  explicit pace(std::uint32_t per_second) noexcept : per_second_(per_second) {}
  pace(const pace&) = delete;
  pace& operator=(const pace&) = delete;

  /// Whether it may happen at `now`; then it has.
  [[nodiscard]] bool take(time_point now) noexcept {
    if (per_second_ == 0)
      return true;
    constexpr auto second = std::chrono::duration_cast<duration>(std::chrono::seconds(1));
    const auto step = std::max<duration>(second / per_second_, duration(1));
    auto due = due_.load(std::memory_order_relaxed);
    for (;;) {
      const auto from = std::max(due, now);
      if (from - now > second - step)
        return false;
      if (due_.compare_exchange_weak(due, from + step, std::memory_order_relaxed))
        return true;
    }
  }

private:
  std::uint32_t per_second_;
  std::atomic<time_point> due_{time_point{}};
};

} // namespace mdp::engine
