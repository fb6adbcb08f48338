#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mdp::apps {

/// A request that a broker has given up, as far as it tells.
struct listed_dead_letter {
  std::string service;
  std::string client; ///< Its routing id, in hexadecimal.
  std::uint64_t attempts = 0;
  std::uint64_t age_ms = 0;
  std::uint64_t bytes = 0;
  std::string head; ///< The beginning of its body, in hexadecimal.
  friend bool operator==(const listed_dead_letter&, const listed_dead_letter&) = default;
};

/// Reads what a broker answers to `mmi.dead_letters`: a JSON array of objects with these members.
/// Others are skipped. An error says in a few words what it is instead.
[[nodiscard]] tl::expected<std::vector<listed_dead_letter>, std::string>
read_dead_letters(std::string_view json);

/// The same as a table for people, a line each, in the order given.
[[nodiscard]] std::string dead_letter_table(const std::vector<listed_dead_letter>& letters);

} // namespace mdp::apps
