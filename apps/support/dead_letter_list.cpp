#include "support/dead_letter_list.hpp"

#include "support/option_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace mdp::apps {

namespace {

constexpr std::size_t columns = 6;
using row = std::array<std::string, columns>;

/// Bytes for people: what is not printable becomes a dot.
std::string shown(std::string_view hex) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto high = digits.find(hex[i]);
    const auto low = digits.find(hex[i + 1]);
    const auto byte = high < 16 && low < 16 ? high * 16 + low : 0;
    text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
  }
  return text;
}

row row_of(const listed_dead_letter& letter) {
  return {readable_duration(std::chrono::milliseconds(letter.age_ms)),
          letter.service,
          letter.client,
          std::to_string(letter.attempts),
          std::to_string(letter.bytes),
          shown(letter.head)};
}

} // namespace

tl::expected<std::vector<listed_dead_letter>, std::string>
read_dead_letters(std::string_view json) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_array())
    return tl::unexpected(std::string("not a list of dead letters"));
  std::vector<listed_dead_letter> letters;
  for (const auto& entry : document) {
    const auto has = [&](const char* name, auto is_right) {
      return entry.is_object() && entry.contains(name) && (entry[name].*is_right)();
    };
    constexpr auto text = &nlohmann::json::is_string;
    constexpr auto number = &nlohmann::json::is_number_unsigned;
    if (!has("service", text) || !has("client", text) || !has("attempts", number) ||
        !has("age_ms", number) || !has("bytes", number) || !has("head", text))
      return tl::unexpected(std::string("a list with something else than dead letters in it"));
    letters.push_back({entry["service"], entry["client"], entry["attempts"], entry["age_ms"],
                       entry["bytes"], entry["head"]});
  }
  return letters;
}

std::string dead_letter_table(const std::vector<listed_dead_letter>& letters) {
  std::vector<row> rows{{"AGE", "SERVICE", "CLIENT", "ATTEMPTS", "BYTES", "BEGINNING"}};
  for (const auto& letter : letters)
    rows.push_back(row_of(letter));
  std::array<std::size_t, columns> widths{};
  for (const auto& each : rows)
    for (std::size_t i = 0; i < columns; ++i)
      widths[i] = std::max(widths[i], each[i].size());
  std::string lines;
  for (const auto& each : rows) {
    for (std::size_t i = 0; i + 1 < columns; ++i)
      lines.append(each[i]).append(widths[i] - each[i].size() + 2, ' ');
    lines.append(each.back()).append(1, '\n');
  }
  return lines;
}

} // namespace mdp::apps
