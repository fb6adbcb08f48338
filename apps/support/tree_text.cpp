#include "support/tree_text.hpp"

#include "mdp/actors/supervision/supervision_tree.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace mdp::apps {

namespace {

/// No tree of ours is deeper; somebody else's document may be anything.
constexpr std::size_t max_depth = 32;

bool read(const nlohmann::json& json, actors::tree_report& tree, std::size_t depth) {
  const auto text = [&](const char* name, std::string& value) {
    if (!json.contains(name))
      return true;
    if (json[name].is_string())
      value = json[name];
    return json[name].is_string();
  };
  if (depth > max_depth || !json.is_object() || !json.contains("name"))
    return false;
  if (!text("name", tree.name) || !text("strategy", tree.kind) || !text("restart", tree.restart) ||
      !text("state", tree.state))
    return false;
  if (json.contains("restarts") && json["restarts"].is_number_unsigned())
    tree.restarts = json["restarts"];
  if (!json.contains("children"))
    return true;
  if (!json["children"].is_array())
    return false;
  for (const auto& child : json["children"])
    if (!read(child, tree.children.emplace_back(), depth + 1))
      return false;
  return true;
}

} // namespace

tl::expected<std::string, std::string> tree_text(std::string_view json) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (document.is_discarded())
    return tl::unexpected(std::string("no JSON document"));
  if (document.is_null())
    return tl::unexpected(std::string("that there is no tree to show"));
  actors::tree_report tree;
  if (!read(document, tree, 0))
    return tl::unexpected(std::string("something else than a tree"));
  return actors::to_text(tree);
}

} // namespace mdp::apps
