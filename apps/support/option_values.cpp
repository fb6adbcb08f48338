#include "support/option_values.hpp"

#include <charconv>
#include <chrono>
#include <system_error>

namespace mdp::apps {

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

problem read_milliseconds(std::string_view text, std::uint64_t at_least, duration& value) {
  std::uint64_t number = 0;
  if (auto wrong = read_number(text, at_least, std::numeric_limits<std::int32_t>::max(), number))
    return wrong;
  value = std::chrono::milliseconds(number);
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

std::string milliseconds_text(duration value) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(value).count());
}

std::string readable_duration(duration value) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(value).count();
  if (ms < 1000)
    return std::to_string(ms) + " ms";
  return std::to_string(ms / 1000) + '.' + std::to_string(ms % 1000 / 100) + " s";
}

} // namespace mdp::apps
