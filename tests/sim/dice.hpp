#pragma once

#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>

namespace mdp::sim {

/// All chance of a simulation. The same seed rolls the same numbers on every platform (splitmix64;
/// the distributions of the standard library may differ from one to the next).
class dice {
public:
  explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t roll() noexcept {
    auto x = state_ += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }

  /// A number from 0 to `bound` - 1; `bound` is more than 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return roll() % bound; }

  /// A number from `min` to `max`.
  std::uint64_t between(std::uint64_t min, std::uint64_t max) noexcept {
    return min + below(max - min + 1);
  }
  duration between(duration min, duration max) noexcept {
    return min + duration(below(static_cast<std::uint64_t>((max - min).count()) + 1));
  }

  /// True with this probability.
  bool chance(double probability) noexcept {
    return static_cast<double>(roll() >> 11U) * 0x1.0p-53 < probability;
  }

  /// One element of what can be indexed and is not empty.
  template <class Sequence>
  decltype(auto) any_of(Sequence&& sequence) noexcept {
    return sequence[static_cast<std::size_t>(below(sequence.size()))];
  }

  /// Other dice, whose numbers do not depend on how often these are rolled from now on.
  dice split() noexcept { return dice(roll()); }

private:
  std::uint64_t state_;
};

} // namespace mdp::sim
