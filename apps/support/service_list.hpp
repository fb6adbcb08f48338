#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mdp::apps {

struct listed_service {
  std::string name;
  std::uint64_t workers = 0;
  friend bool operator==(const listed_service&, const listed_service&) = default;
};

/// Reads what a broker answers to `mmi.services`: a JSON array of {"service": text, "workers":
/// number}. Other members are skipped, so that a newer broker may say more. An error says in a few
/// words what it is instead.
[[nodiscard]] tl::expected<std::vector<listed_service>, std::string>
read_service_list(std::string_view json);

/// The same as a table for people, a line each, sorted by name.
[[nodiscard]] std::string service_table(std::vector<listed_service> services);

} // namespace mdp::apps
