#include "support/table_reader.hpp"

#include <algorithm>

namespace mdp::apps {

problem table_reader::text(std::string_view key, std::string& value) {
  return take(key, {value_kind::text}, [&](const std::string& given) -> problem {
    value = given;
    return std::nullopt;
  });
}

problem table_reader::texts(std::string_view key, std::vector<std::string>& values) {
  const auto* entry = look_up(key);
  if (entry == nullptr)
    return std::nullopt;
  values.clear();
  for (const auto& value : entry->values) {
    if (value.kind != value_kind::text)
      return shown(key) + " expects " + to_string(value_kind::text);
    values.push_back(value.text);
  }
  return std::nullopt;
}

problem table_reader::time(std::string_view key, duration at_least, duration& value) {
  return take(key, {value_kind::text, value_kind::number},
              [&](const std::string& given) { return read_time(given, at_least, value); });
}

problem table_reader::toggle(std::string_view key, bool& value) {
  return take(key, {value_kind::boolean},
              [&](const std::string& given) { return read_boolean(given, value); });
}

bool table_reader::has(std::string_view key) const {
  return std::ranges::any_of(entries_, [&](const auto& entry) { return entry.key == key; });
}

problem table_reader::unknown_key() {
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (!is_known_[i]) {
      line_ = entries_[i].line;
      return "unknown key " + shown(entries_[i].key);
    }
  return std::nullopt;
}

/// Null if the key is not there; otherwise it is known from now on.
const config_entry* table_reader::look_up(std::string_view key) {
  const auto entry =
    std::ranges::find_if(entries_, [&](const auto& each) { return each.key == key; });
  if (entry == entries_.end())
    return nullptr;
  is_known_[static_cast<std::size_t>(entry - entries_.begin())] = true;
  line_ = entry->line;
  return &*entry;
}

const config_value* table_reader::find(std::string_view key,
                                       std::initializer_list<value_kind> kinds) {
  const auto* entry = look_up(key);
  if (entry == nullptr)
    return nullptr;
  if (entry->is_list) {
    wrong_kind_ = shown(key) + " takes one value, not a list";
    return nullptr;
  }
  const auto& value = entry->values.front();
  if (std::ranges::find(kinds, value.kind) != kinds.end())
    return &value;
  wrong_kind_ =
    shown(key) + " expects " + to_string(kinds.size() > 1 ? value_kind::time : *kinds.begin());
  return nullptr;
}

std::string table_reader::shown(std::string_view key) const {
  return '"' + name_ + '.' + std::string(key) + '"';
}

} // namespace mdp::apps
