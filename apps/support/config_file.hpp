#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// A TOML file as a list of settings, each with the line it stands on. What the names mean is the
/// options' business (`options.hpp`).
namespace mdp::apps {

enum class value_kind : std::uint8_t {
  text,
  number, ///< a whole one
  boolean,
  time,  ///< a text or a number in the file
  other, ///< what no option takes: a fraction, a date, a list in a list
};

/// How messages call a value of this kind.
[[nodiscard]] std::string to_string(value_kind kind);

struct config_value {
  value_kind kind{};
  std::string text; ///< As it could have been typed on a command line.
};

struct config_entry {
  std::string table; ///< Empty for what stands outside all tables.
  /// Which one, counted from 1, of the tables of that name that may come many times ([[name]]); 0:
  /// it is no such table.
  std::size_t element = 0;
  std::string key;
  std::vector<config_value> values; ///< One, or what a list has in it.
  bool is_list = false;
  std::size_t line = 0;
};

/// Reads the file at `path`, line by line. A failure is one line that begins with the path
/// and, if there is one, the line number.
[[nodiscard]] tl::expected<std::vector<config_entry>, std::string>
read_config_file(const std::string& path);

} // namespace mdp::apps
