#pragma once

#include "mdp/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace mdp::load {

/// How often which latency was seen: buckets whose width grows with the value, so that any value is known
/// to less than a hundredth of itself, from nanoseconds to centuries, in 60 KB and at the price of one
/// addition. (The idea is Gil Tene's HdrHistogram.) One thread; several are added up at the end.
class histogram {
public:
  /// A negative value counts as 0.
  void record(duration value) noexcept;

  void add(const histogram& other) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Exact; 0 when there is nothing.
  [[nodiscard]] duration min() const noexcept;
  [[nodiscard]] duration max() const noexcept { return duration(max_); }
  [[nodiscard]] duration mean() const noexcept;

  /// The least value that at least this part of all is not above, 0 < `part` <= 1; at most a hundredth
  /// too large. 0 when there is nothing.
  [[nodiscard]] duration quantile(double part) const noexcept;

private:
  /// A value has 7 significant bits behind its leading one.
  static constexpr unsigned significant_bits = 7;
  static constexpr std::size_t half = std::size_t{1} << significant_bits;
  static constexpr std::size_t buckets = (64 - significant_bits + 1) * half;

  static std::size_t bucket_of(std::uint64_t value) noexcept;
  static std::uint64_t upper_edge_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
  double sum_ = 0; // a whole number would overflow after hours
};

} // namespace mdp::load
