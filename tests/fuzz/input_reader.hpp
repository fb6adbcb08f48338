#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mdp::test {

/// A fuzzer's input as a row of small decisions. Every input is valid: behind its end there are
/// zeros, and whoever reads asks has_more() where a row may be of any length.
class input_reader {
public:
  explicit input_reader(std::span<const std::uint8_t> input) : rest_(input) {}

  [[nodiscard]] bool has_more() const noexcept { return !rest_.empty(); }

  std::uint8_t byte() noexcept {
    const auto some = bytes(1);
    return some.empty() ? std::uint8_t{0} : some[0];
  }

  /// Up to `count` bytes; fewer where the input ends.
  std::span<const std::uint8_t> bytes(std::size_t count) noexcept {
    const auto some = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(some.size());
    return some;
  }

private:
  std::span<const std::uint8_t> rest_;
};

/// One byte as a row of switches, lowest bit first.
class switches {
public:
  explicit switches(unsigned bits) noexcept : bits_(bits) {}

  bool next() noexcept { return below(2) != 0; }

  /// A number below `bound`, which is a power of two.
  std::size_t below(unsigned bound) noexcept {
    const auto number = bits_ % bound;
    bits_ /= bound;
    return number;
  }

private:
  unsigned bits_;
};

} // namespace mdp::test
