#include "support/access_tables.hpp"

#include <cstddef>
#include <utility>

namespace mdp::apps {

namespace {

constexpr const char* table_name = "access";

problem read_rule(table_reader& table, engine::access_rule& rule) {
  if (!table.has("user"))
    return "[[access]] needs a user: a name, a pattern, or * for everybody";
  if (auto wrong = table.text("user", rule.user))
    return wrong;
  if (auto wrong = table.texts("call", rule.call))
    return wrong;
  if (auto wrong = table.texts("serve", rule.serve))
    return wrong;
  if (auto wrong = table.texts("mmi", rule.mmi))
    return wrong;
  if (auto wrong = table.number("max-connections", std::size_t{1}, rule.max_connections))
    return wrong;
  return table.number("max-requests-per-second", 1U, rule.max_requests_per_second);
}

} // namespace

void add_access_tables(options& all, std::vector<engine::access_rule>& rules) {
  all.tables(table_name,
             [&rules](table_reader& table) { return read_rule(table, rules.emplace_back()); });
}

tl::expected<std::vector<engine::access_rule>, std::string>
read_access_rules(const std::string& path) {
  const auto settings = read_config_file(path);
  if (!settings)
    return tl::unexpected(settings.error());
  std::vector<std::vector<config_entry>> tables;
  std::size_t element = 0;
  for (const auto& setting : *settings) {
    if (setting.table != table_name || setting.element == 0)
      continue;
    if (setting.element != element)
      tables.emplace_back();
    element = setting.element;
    tables.back().push_back(setting);
  }
  std::vector<engine::access_rule> rules;
  for (auto& entries : tables) {
    table_reader table(table_name, std::move(entries));
    auto wrong = read_rule(table, rules.emplace_back());
    if (!wrong)
      wrong = table.unknown_key();
    if (wrong)
      return tl::unexpected(path + ':' + std::to_string(table.line()) + ": " + *wrong);
  }
  return rules;
}

} // namespace mdp::apps
