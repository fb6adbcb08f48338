#pragma once

#include "support/config_file.hpp"
#include "support/option_values.hpp"

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// One of many tables of a name in a configuration file (`[[service]]`), read key by key. Each call
/// takes the key if it is there, and says what is wrong with it; a key that no call asked for is
/// unknown.
///
///     if (auto wrong = table.text("name", name)) return wrong;
///     if (auto wrong = table.number("attempts", 1U, attempts)) return wrong;
///     return std::nullopt;
namespace mdp::apps {

class table_reader {
public:
  table_reader(std::string name, std::vector<config_entry> entries)
      : name_(std::move(name)),
        entries_(std::move(entries)),
        is_known_(entries_.size(), false),
        line_(entries_.empty() ? 0 : entries_.front().line) {}

  [[nodiscard]] problem text(std::string_view key, std::string& value);
  /// A list of texts, or one.
  [[nodiscard]] problem texts(std::string_view key, std::vector<std::string>& values);
  [[nodiscard]] problem time(std::string_view key, duration at_least, duration& value);
  [[nodiscard]] problem toggle(std::string_view key, bool& value);

  template <std::unsigned_integral T>
  [[nodiscard]] problem number(std::string_view key, T at_least, T& value) {
    return take(key, {value_kind::number},
                [&](const std::string& given) { return read_number(given, at_least, value); });
  }

  /// One of some words.
  template <class Enum, class Words>
  [[nodiscard]] problem choice(std::string_view key, const Words& words, Enum& value) {
    return take(key, {value_kind::text}, [&](const std::string& given) -> problem {
      std::string all;
      for (const auto& [word, meaning] : words) {
        if (word == given) {
          value = meaning;
          return std::nullopt;
        }
        all.append(all.empty() ? "" : "|").append(word);
      }
      return "is one of " + all + ", not \"" + given + "\"";
    });
  }

  [[nodiscard]] bool has(std::string_view key) const;

  /// The first key that nobody asked for.
  [[nodiscard]] problem unknown_key();

  /// Where the last thing that was looked at stands.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }

private:
  template <class Read>
  problem take(std::string_view key, std::initializer_list<value_kind> kinds, Read read) {
    const auto* given = find(key, kinds);
    if (given == nullptr)
      return std::exchange(wrong_kind_, std::nullopt);
    if (auto wrong = read(given->text))
      return shown(key) + ' ' + *wrong;
    return std::nullopt;
  }

  const config_value* find(std::string_view key, std::initializer_list<value_kind> kinds);
  [[nodiscard]] const config_entry* look_up(std::string_view key);
  [[nodiscard]] std::string shown(std::string_view key) const;

  std::string name_;
  std::vector<config_entry> entries_;
  std::vector<bool> is_known_;
  problem wrong_kind_;
  std::size_t line_;
};

} // namespace mdp::apps
