#pragma once

#include "mdp/conformance/check.hpp"
#include "mdp/conformance/run.hpp"
#include "mdp/net/endpoint.hpp"

#include <algorithm>
#include <string>
#include <tuple>
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

[[nodiscard]] inline bool has_deviated(const outcome& row) noexcept {
  return row.result == verdict::fail || row.result == verdict::warn;
}

/// Plays a check, and again if it deviates while heartbeats of ours were late by more than an interval:
/// then the peer may have been right.
template <class Stage>
void play_fairly(const check<Stage>& what, Stage& stage, outcome& row) {
  std::ignore = stage.take_lateness();
  for (std::uint32_t attempt = 0; attempt < stage.set().attempts; ++attempt) {
    play(what, stage, row);
    if (!has_deviated(row) || stage.take_lateness() <= stage.set().heartbeat)
      return;
  }
  row.result = verdict::skipped;
  row.seen = "this machine is too busy: heartbeats of ours came late";
}

/// Plays those checks of `all` that `set` asks for, one version after the other: a peer may take it ill to
/// be spoken to in a version that it does not know. A stage says by `reason_to_skip(version)` what it
/// need not try at all, and by `is_lost()`, asked after each deviation, whether the peer is there no
/// more: then all that follows is skipped. With `loss_fails` such a deviation fails, whatever its level.
template <class Stage>
std::vector<outcome> play_all(const checks<Stage>& all, Stage& stage, const settings& set,
                              const hooks& notify) {
  std::vector<std::pair<const check<Stage>*, outcome>> plan;
  for (const auto v : set.versions)
    for (const auto& each : all)
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
      play_fairly(*what, stage, row);
    else
      std::tie(row.result, row.seen) = std::pair(verdict::skipped, reason);
    if (has_deviated(row) && stage.is_lost()) {
      lost = "after " + row.item + " it answers no more";
      row.seen += "; then it answers no more";
      if (Stage::loss_fails)
        row.result = verdict::fail;
    }
    played.push_back(row);
  }
  return played;
}

} // namespace mdp::conformance
