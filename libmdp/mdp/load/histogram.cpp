#include "mdp/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mdp::load {

std::size_t histogram::bucket_of(std::uint64_t value) noexcept {
  if (value < 2 * half)
    return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - (significant_bits + 1);
  return shift * half + static_cast<std::size_t>(value >> shift);
}

std::uint64_t histogram::upper_edge_of(std::size_t bucket) noexcept {
  if (bucket < 2 * half)
    return bucket;
  const auto shift = bucket / half - 1;
  return ((static_cast<std::uint64_t>(bucket - shift * half) + 1) << shift) - 1;
}

void histogram::record(duration value) noexcept {
  const auto ns = static_cast<std::uint64_t>(std::max<duration::rep>(value.count(), 0));
  ++counts_[bucket_of(ns)];
  ++count_;
  min_ = std::min(min_, ns);
  max_ = std::max(max_, ns);
  sum_ += static_cast<double>(ns);
}

void histogram::add(const histogram& other) noexcept {
  for (std::size_t i = 0; i < buckets; ++i)
    counts_[i] += other.counts_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

duration histogram::min() const noexcept {
  return duration(count_ == 0 ? 0 : static_cast<duration::rep>(min_));
}

duration histogram::mean() const noexcept {
  return duration(count_ == 0 ? 0 : static_cast<duration::rep>(sum_ / static_cast<double>(count_)));
}

duration histogram::quantile(double part) const noexcept {
  const auto wanted = std::max(std::ceil(part * static_cast<double>(count_)), 1.0);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted)
      return duration(static_cast<duration::rep>(std::min(upper_edge_of(i), max_)));
  }
  return duration(static_cast<duration::rep>(max_));
}

} // namespace mdp::load
