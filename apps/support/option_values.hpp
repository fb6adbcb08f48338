#pragma once

#include "mdp/time.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What people type, turned into values; and back, for the help. Pure functions.
namespace mdp::apps {

/// Why a value was refused, in words that follow the option's name; nothing when it was taken.
using problem = std::optional<std::string>;

/// Reads a whole decimal number from `text` that lies within the bounds. Strict: no sign, no blanks,
/// no other base, no unit.
[[nodiscard]] problem read_number(std::string_view text, std::uint64_t at_least,
                                  std::uint64_t at_most, std::uint64_t& value);

/// The same for any unsigned type, whose own bound holds as well.
template <std::unsigned_integral T>
[[nodiscard]] problem read_number(std::string_view text, T at_least, T& value) {
  std::uint64_t wide = 0;
  if (auto wrong = read_number(text, at_least, std::numeric_limits<T>::max(), wide))
    return wrong;
  value = static_cast<T>(wide);
  return std::nullopt;
}

/// Reads a time, a whole number and its unit: 1500ms, 2s, 5min, 1h. A number alone is milliseconds.
[[nodiscard]] problem read_time(std::string_view text, duration at_least, duration& value);

/// Reads `true` or `false`.
[[nodiscard]] problem read_boolean(std::string_view text, bool& value);

/// The parts with the separator between them.
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// A time as read_time() takes it, in the largest unit that has no fraction.
[[nodiscard]] std::string time_text(duration value);

/// A duration for a sentence: "350 ms" or "12.3 s".
[[nodiscard]] std::string readable_duration(duration value);

} // namespace mdp::apps
