#pragma once

#include "mdp/conformance/check.hpp"
#include "mdp/conformance/run.hpp"
#include "mdp/net/endpoint.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

/// Plays a list of checks one after the other.
namespace mdp::conformance {

/// The names of all items in `all`, each once.
template <class Stage>
std::vector<std::string> items_of(const checks<Stage>& all) {
  std::vector<std::string> names;
  for (const auto& each : all)
    for (const auto v : {version::v0_1, version::v0_2})
      if (const std::string name(each.item(v));
          !name.empty() && std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
  return names;
}

/// What is wrong with `set`, of whose items `known` are all there are.
inline std::vector<std::string> find_problems(const settings& set, net::endpoint_use use,
                                              const std::vector<std::string>& known) {
  std::vector<std::string> problems;
  if (const auto problem = net::check_endpoint(set.endpoint, use))
    problems.push_back(set.endpoint + ": " + *problem);
  for (const auto& item : set.only)
    if (std::find(known.begin(), known.end(), item) == known.end()) {
      std::string all;
      for (const auto& each : known)
        all += ' ' + each;
      problems.push_back("there is no item \"" + item + "\" among those to check:" + all);
    }
  return problems;
}

/// Plays one check. After a deviation the peer may be anything from well to dead: ask the stage.
template <class Stage>
void play(const check<Stage>& what, Stage& stage, outcome& row) {
  try {
    row.seen = what.play(stage, row.spoken);
    row.result = verdict::pass;
  } catch (const deviation& seen) {
    row.seen = seen.what();
    row.result = row.asked == level::must ? verdict::fail : verdict::warn;
  } catch (const not_seen& reason) {
    row.seen = reason.what();
    row.result = verdict::skipped;
  }
}

/// Plays those checks of `all` that `set` asks for. A stage says by `reason_to_skip(version)` what it
/// need not try at all, and by `is_lost()`, asked after each deviation, whether the peer is there no
/// more: then all that follows is skipped.
template <class Stage>
std::vector<outcome> play_all(const checks<Stage>& all, Stage& stage, const settings& set,
                              const hooks& notify) {
  std::vector<std::pair<const check<Stage>*, outcome>> plan;
  for (const auto& each : all)
    for (const auto v : set.versions)
      if (const std::string item(each.item(v));
          !item.empty() &&
          (set.only.empty() || std::find(set.only.begin(), set.only.end(), item) != set.only.end()))
        plan.emplace_back(&each, outcome{item, v, each.asked, std::string(each.title), {}, {}});
  std::vector<outcome> played;
  std::string lost;
  for (auto& [what, row] : plan) {
    if (notify.on_check)
      notify.on_check(played.size() + 1, plan.size(), row);
    const auto reason = lost.empty() ? stage.reason_to_skip(row.spoken) : lost;
    if (reason.empty())
      play(*what, stage, row);
    else
      std::tie(row.result, row.seen) = std::pair(verdict::skipped, reason);
    const bool deviated = row.result == verdict::fail || row.result == verdict::warn;
    if (deviated && stage.is_lost())
      lost = "after " + row.item + " the peer answers no more";
    played.push_back(row);
  }
  return played;
}

} // namespace mdp::conformance
