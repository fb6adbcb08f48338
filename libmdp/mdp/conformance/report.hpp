#pragma once

#include "mdp/conformance/frames.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What came of the checks, as a value and in words.
namespace mdp::conformance {

/// How much the RFC asks for an item.
enum class level : std::uint8_t {
  must,
  should,
  text,      ///< stated as a fact or a goal, without a keyword
  extension, ///< the RFCs are silent; good to know, nothing more
};

enum class verdict : std::uint8_t {
  pass,
  fail,    ///< a MUST is not kept
  warn,    ///< anything less is not kept
  skipped, ///< could not be seen; `outcome::seen` says why
};

[[nodiscard]] std::string_view to_string(level l) noexcept;
[[nodiscard]] std::string_view to_string(verdict v) noexcept;

/// One row of the report.
struct outcome {
  std::string item; ///< RFC-number, as in "7-30"
  version spoken{};
  level asked{};
  std::string title;
  verdict result{};
  std::string seen; ///< What the peer did, or why nothing could be seen.
};

struct report {
  std::string peer; ///< "broker" or "worker", and its endpoint
  std::vector<outcome> outcomes;

  [[nodiscard]] std::size_t count(verdict v) const noexcept;
  /// Whether every MUST that could be seen was kept.
  [[nodiscard]] bool conforms() const noexcept { return count(verdict::fail) == 0; }
};

/// A line for each outcome under a line of titles, and one that counts; for people.
[[nodiscard]] std::string report_table(const report& all);

/// The same as one JSON object (RFC 8259), for programs.
[[nodiscard]] std::string report_json(const report& all);

} // namespace mdp::conformance
