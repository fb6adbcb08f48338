#include "support/option_values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <system_error>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

struct time_unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

/// The longest first; a number alone is milliseconds.
constexpr time_unit time_units[] = {{"h", 1h}, {"min", 1min}, {"s", 1s}, {"ms", 1ms}, {"", 1ms}};

/// What a system call takes as a time-out is 24 days at most.
constexpr std::chrono::milliseconds longest_time = 500h;

} // namespace

problem read_number(std::string_view text, std::uint64_t at_least, std::uint64_t at_most,
                    std::uint64_t& value) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  const bool is_too_large =
    error == std::errc::result_out_of_range || (error == std::errc{} && number > at_most);
  if (stopped != end || (error != std::errc{} && !is_too_large))
    return "expects a whole number, not \"" + std::string(text) + "\"";
  if (is_too_large)
    return "is " + std::string(text) + ", but at most " + std::to_string(at_most) + " is possible";
  if (number < at_least)
    return "is " + std::string(text) + ", but must be at least " + std::to_string(at_least);
  value = number;
  return std::nullopt;
}

problem read_time(std::string_view text, duration at_least, duration& value) {
  const auto* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  const auto* known = std::ranges::find(time_units, unit, &time_unit::name);
  if (stopped == text.data() || known == std::end(time_units))
    return "expects a time such as 1500ms, 2s, 5min or 1h, not \"" + std::string(text) + "\"";
  if (error == std::errc::result_out_of_range ||
      number > static_cast<std::uint64_t>(longest_time.count() / known->length.count()))
    return "is " + std::string(text) + ", but at most " + time_text(longest_time) + " is possible";
  const auto time = known->length * static_cast<std::int64_t>(number);
  if (time < at_least)
    return "is " + std::string(text) + ", but must be at least " + time_text(at_least);
  value = time;
  return std::nullopt;
}

problem read_boolean(std::string_view text, bool& value) {
  if (text != "true" && text != "false")
    return "is true or false, not \"" + std::string(text) + "\"";
  value = text == "true";
  return std::nullopt;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string all;
  for (const auto& part : parts)
    all.append(&part == &parts.front() ? "" : separator).append(part);
  return all;
}

std::string time_text(duration value) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(value);
  const auto* best = std::ranges::find_if(time_units, [ms](const time_unit& unit) {
    return ms.count() != 0 && ms % unit.length == std::chrono::milliseconds::zero();
  });
  if (best == std::end(time_units))
    return "0ms";
  return std::to_string(ms / best->length).append(best->name);
}

std::string readable_duration(duration value) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(value).count();
  if (ms < 1000)
    return std::to_string(ms) + " ms";
  return std::to_string(ms / 1000) + '.' + std::to_string(ms % 1000 / 100) + " s";
}

} // namespace mdp::apps
