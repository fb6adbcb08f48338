#include "support/worker_keys.hpp"

#include "mdp/engine/service_pattern.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace mdp::apps {

namespace {

/// A member that is a text; empty otherwise.
std::string text_of(const nlohmann::json& entry, const char* name) {
  const auto found = entry.find(name);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Under which name the workers that get its requests offer it.
std::string offer_of(const nlohmann::json& document, const std::string& service) {
  std::string best;
  for (const auto& entry : document) {
    auto name = entry.is_object() ? text_of(entry, "service") : std::string();
    if (name == service)
      return name;
    if (engine::fits(name, service) && name.size() > best.size())
      best = std::move(name);
  }
  return best.empty() ? service : best;
}

} // namespace

tl::expected<announcement, std::string> announced_key(std::string_view json,
                                                      const std::string& service) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_array())
    return tl::unexpected(std::string("the broker's answer is no list of workers"));
  auto offered_as = offer_of(document, service);
  std::optional<security::public_key> announced;
  for (const auto& entry : document) {
    if (!entry.is_object() || text_of(entry, "service") != offered_as)
      continue;
    const auto text = text_of(entry, "key");
    if (text.empty())
      continue; // it will say that it cannot open a sealed request
    const auto key = security::public_key::parse(text);
    if (!key)
      return tl::unexpected("a worker of " + service + " announces what is no key");
    if (announced && *announced != *key)
      return tl::unexpected("the workers of " + service + " announce different keys");
    announced = *key;
  }
  if (!announced)
    return tl::unexpected("no worker of " + service + " announces a key to seal requests for");
  return announcement{std::move(offered_as), *announced};
}

} // namespace mdp::apps
