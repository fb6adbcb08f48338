#include "support/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace mdp::apps {

namespace {

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (c == '\n')
      c = ' ';
  return line;
}

std::string place(const std::string& path, std::size_t line) {
  return path + ':' + std::to_string(line) + ": ";
}

config_value value_of(const toml::node& node) {
  if (const auto* text = node.as_string())
    return {value_kind::text, text->get()};
  if (const auto* number = node.as_integer())
    return {value_kind::number, std::to_string(number->get())};
  if (const auto* boolean = node.as_boolean())
    return {value_kind::boolean, boolean->get() ? "true" : "false"};
  return {value_kind::other, {}};
}

/// Whether the node is what `[[name]]` makes.
bool is_list_of_tables(const toml::node& node) {
  const auto* list = node.as_array();
  return list != nullptr && !list->empty() && list->is_homogeneous<toml::table>();
}

config_entry entry_of(std::string table, const toml::key& key, const toml::node& node,
                      std::size_t element = 0) {
  config_entry entry;
  entry.element = element;
  entry.table = std::move(table);
  entry.key = std::string(key.str());
  entry.line = key.source().begin.line;
  if (const auto* list = node.as_array()) {
    entry.is_list = true;
    for (const auto& element : *list)
      entry.values.push_back(value_of(element));
  } else {
    entry.values.push_back(value_of(node));
  }
  return entry;
}

tl::expected<std::vector<config_entry>, std::string> read_text(const std::string& text,
                                                               const std::string& path) {
  toml::table whole;
  try {
    whole = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return tl::unexpected(place(path, error.source().begin.line) +
                          one_line(std::string(error.description())));
  }
  std::vector<config_entry> entries;
  for (const auto& [key, node] : whole) {
    if (is_list_of_tables(node)) {
      std::size_t element = 0;
      for (const auto& each : *node.as_array()) {
        ++element;
        if (each.as_table()->empty()) // whoever reads it says what it lacks
          entries.push_back(
            {std::string(key.str()), element, {}, {}, false, each.source().begin.line});
        for (const auto& [inner, value] : *each.as_table())
          entries.push_back(entry_of(std::string(key.str()), inner, value, element));
      }
      continue;
    }
    const auto* table = node.as_table();
    if (table == nullptr) {
      entries.push_back(entry_of({}, key, node));
      continue;
    }
    for (const auto& [inner, value] : *table)
      entries.push_back(entry_of(std::string(key.str()), inner, value));
  }
  // toml++ has sorted them by name.
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return entries;
}

} // namespace

std::string to_string(value_kind kind) {
  switch (kind) {
  case value_kind::text:
    return "text in quotes";
  case value_kind::number:
    return "a whole number";
  case value_kind::boolean:
    return "true or false";
  case value_kind::time:
    return "a time, in quotes";
  case value_kind::other:
    break;
  }
  return "something else";
}

tl::expected<std::vector<config_entry>, std::string> read_config_file(const std::string& path) {
  errno = 0;
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file.is_open())
    text << file.rdbuf();
  // A directory can be opened; it is reading that fails.
  if (!file.is_open() || text.bad() || errno == EISDIR)
    return tl::unexpected(path + ": cannot read the file: " +
                          std::generic_category().message(errno != 0 ? errno : EIO));
  return read_text(text.str(), path);
}

} // namespace mdp::apps
