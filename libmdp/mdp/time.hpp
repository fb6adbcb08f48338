#pragma once

#include <chrono>

namespace mdp {

/// The clock all engines think in. It has no `now()`: time is handed to an engine, never asked for,
/// which is what lets a simulation jump from deadline to deadline. Who runs a real program converts
/// from `std::chrono::steady_clock` (same period, same epoch), so wall-clock steps do not exist.
struct monotonic_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<monotonic_clock>;
  static constexpr bool is_steady = true;
};

using duration = monotonic_clock::duration;
using time_point = monotonic_clock::time_point;

/// A point in time that never comes.
inline constexpr time_point never = time_point::max();

} // namespace mdp
