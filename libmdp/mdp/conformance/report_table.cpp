#include "mdp/conformance/report.hpp"

#include <algorithm>
#include <array>

namespace mdp::conformance {

namespace {

constexpr std::size_t columns = 6;
using row = std::array<std::string, columns>;

row row_of(const outcome& each) {
  return {each.item,
          std::string(to_string(each.spoken)),
          std::string(to_string(each.asked)),
          std::string(to_string(each.result)),
          each.title,
          each.seen};
}

} // namespace

std::string report_table(const report& all) {
  std::vector<row> rows{{"ITEM", "MDP", "LEVEL", "VERDICT", "CHECK", "SEEN"}};
  for (const auto& each : all.outcomes)
    rows.push_back(row_of(each));
  std::array<std::size_t, columns> widths{};
  for (const auto& cells : rows)
    for (std::size_t i = 0; i < columns; ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  std::string text;
  for (const auto& cells : rows) {
    for (std::size_t i = 0; i + 1 < columns; ++i)
      text.append(cells[i]).append(widths[i] - cells[i].size() + 2, ' ');
    text.append(cells.back()).append("\n");
  }
  text += "\n" + all.peer + ": " + std::to_string(all.outcomes.size()) + " checks, " +
          std::to_string(all.count(verdict::pass)) + " passed, " +
          std::to_string(all.count(verdict::fail)) + " failed, " +
          std::to_string(all.count(verdict::warn)) + " warnings, " +
          std::to_string(all.count(verdict::skipped)) + " skipped\n";
  return text;
}

} // namespace mdp::conformance
