#include "support/service_list.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>

namespace mdp::apps {

tl::expected<std::vector<listed_service>, std::string> read_service_list(std::string_view json) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_array())
    return tl::unexpected(std::string("not a list of services"));
  std::vector<listed_service> services;
  for (const auto& entry : document) {
    const bool is_service = entry.is_object() && entry.contains("service") &&
                            entry["service"].is_string() && entry.contains("workers") &&
                            entry["workers"].is_number_unsigned();
    if (!is_service)
      return tl::unexpected(std::string("a list with something else than services in it"));
    services.push_back({entry["service"], entry["workers"]});
  }
  return services;
}

std::string service_table(std::vector<listed_service> services) {
  constexpr std::string_view service_title = "SERVICE";
  constexpr std::string_view workers_title = "WORKERS";
  std::sort(services.begin(), services.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  auto width = service_title.size();
  for (const auto& service : services)
    width = std::max(width, service.name.size());
  std::string lines;
  const auto add_line = [&](std::string_view name, std::string_view workers) {
    lines.append(name).append(width - name.size() + 2, ' ');
    lines.append(workers_title.size() - std::min(workers.size(), workers_title.size()), ' ');
    lines.append(workers).append(1, '\n');
  };
  add_line(service_title, workers_title);
  for (const auto& service : services)
    add_line(service.name, std::to_string(service.workers));
  return lines;
}

} // namespace mdp::apps
