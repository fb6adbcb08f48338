#include "mdp-broker/route_tables.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mdp::apps {

namespace {

constexpr std::array<std::pair<std::string_view, engine::route_share>, engine::route_share_count>
  share_words = {{{to_string(engine::route_share::requests), engine::route_share::requests},
                  {to_string(engine::route_share::clients), engine::route_share::clients}}};

constexpr std::string_view keys[] = {"service", "client", "user",   "percent", "of",
                                     "seed",    "to",     "mirror", "discard"};

problem read_key(table_reader& table, std::string_view key, engine::route_rule& rule) {
  const std::pair<std::string_view, std::string*> texts[] = {
    {"service", &rule.service}, {"client", &rule.client}, {"user", &rule.user},
    {"to", &rule.to},           {"mirror", &rule.mirror}, {"discard", &rule.discard}};
  for (const auto& [name, value] : texts)
    if (key == name)
      return table.text(key, *value);
  if (key == "percent")
    return table.number(key, 1U, rule.percent);
  if (key == "seed")
    return table.number(key, std::uint64_t{0}, rule.seed);
  return table.choice(key, share_words, rule.share);
}

problem read_route(table_reader& table, engine::route_rule& rule) {
  if (table.has("")) // an empty table
    return "[[route]] says nothing: it needs service, client or user, and to, mirror or discard";
  for (const auto key : keys) {
    if (!table.has(key))
      continue;
    if (auto wrong = read_key(table, key, rule))
      return wrong;
    // Key by key, so that the line is that of the one that makes it wrong.
    if (auto problems = engine::problems_of(rule); !problems.empty())
      return "[[route]]: " + std::move(problems.front());
  }
  return std::nullopt;
}

} // namespace

void add_route_tables(options& all, std::vector<engine::route_rule>& routes) {
  all.tables("route",
             [&routes](table_reader& table) { return read_route(table, routes.emplace_back()); });
}

} // namespace mdp::apps
