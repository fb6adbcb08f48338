#include "mdp/conformance/report.hpp"

#include <algorithm>

namespace mdp::conformance {

std::string_view to_string(level l) noexcept {
  constexpr std::string_view names[] = {"MUST", "SHOULD", "text", "extension"};
  return names[static_cast<std::size_t>(l)];
}

std::string_view to_string(verdict v) noexcept {
  constexpr std::string_view names[] = {"pass", "FAIL", "warn", "skipped"};
  return names[static_cast<std::size_t>(v)];
}

std::size_t report::count(verdict v) const noexcept {
  return static_cast<std::size_t>(std::count_if(
    outcomes.begin(), outcomes.end(), [v](const outcome& each) { return each.result == v; }));
}

} // namespace mdp::conformance
