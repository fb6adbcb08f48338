#pragma once

#include "mdp/conformance/run.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace mdp::test {

/// What the peers of these tests are set to, if they do not say otherwise.
inline conformance::settings fast_settings(const std::string& endpoint) {
  conformance::settings set;
  set.endpoint = endpoint;
  set.heartbeat = std::chrono::milliseconds(100);
  set.liveness = 4;
  set.attempts = 10; // beside other tests; each is but a second
  return set;
}

/// The checks that should have deviated and did not, and those that did but should not have, a line
/// each. A title stands for its rows of both versions; with " (0.2)" behind it, for that version's.
inline std::string wrong_findings(const conformance::report& all,
                                  const std::set<std::string>& expected) {
  using conformance::verdict;
  std::string wrong;
  std::set<std::string> met;
  for (const auto& row : all.outcomes) {
    const auto with_version = row.title + " (" + std::string(to_string(row.spoken)) + ')';
    const bool is_expected = expected.contains(row.title) || expected.contains(with_version);
    const bool deviated = row.result == verdict::fail || row.result == verdict::warn;
    met.insert({row.title, with_version});
    if (is_expected != deviated)
      wrong += row.item + ' ' + with_version + ": " + std::string(to_string(row.result)) + ": " +
               row.seen + '\n';
  }
  for (const auto& title : expected)
    if (!met.contains(title))
      wrong += "there is no check \"" + title + "\"\n";
  return wrong;
}

} // namespace mdp::test
