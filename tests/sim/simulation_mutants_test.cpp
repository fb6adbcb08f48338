#include "sim/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

// A simulation that cannot fail proves nothing. So the broker's glue is broken on purpose, one rule
// at a time, and each time the invariants must find out, and say what is wrong.

using namespace mdp::sim;

namespace {

/// In how many worlds a broken rule is looked for.
constexpr std::uint64_t worlds = 200;
/// A piece of a lost worker's reply must come to a client just when another worker's first piece does.
constexpr std::uint64_t worlds_for_the_rarest = 500;

/// What is found in the world of that seed when the broker breaks this rule.
std::optional<std::string> finding_in(std::uint64_t seed, broken_rule rule) {
  run_options options;
  options.seed = seed;
  options.broken = rule;
  return world(options).run().violation;
}

/// Some world must find it, and say one of these things about it. What a broken rule leads to may be
/// noticed before it in another world, and there with other words: an answer to somebody else is one
/// that its own client never gets.
void check_is_found(broken_rule rule, std::initializer_list<std::string_view> expected,
                    std::uint64_t seeds = worlds) {
  std::string others;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto finding = finding_in(seed, rule);
    if (!finding)
      continue;
    if (std::ranges::any_of(expected,
                            [&](auto words) { return finding->find(words) != std::string::npos; }))
      return;
    others += "\n" + *finding;
  }
  FAIL("nobody noticed; found was: ", others);
}

} // namespace

TEST_CASE("nothing is found where no rule is broken") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    CHECK(finding_in(seed, broken_rule::none) == std::nullopt);
}

TEST_CASE("it is found out that a queue keeps a lost worker") {
  check_is_found(broken_rule::keeps_lost_workers, {"counts"});
}

TEST_CASE("it is found out that the broker forgets whom it told to go") {
  check_is_found(broken_rule::forgets_who_was_told, {"written to after a DISCONNECT"});
}

TEST_CASE("it is found out that busy workers get no heartbeats") {
  check_is_found(broken_rule::neglects_busy_workers, {"gets no heartbeats"});
}

TEST_CASE("it is found out that an answer is lost between queue and session") {
  check_is_found(broken_rule::loses_answers, {"still open", "got no reply"});
}

TEST_CASE("it is found out that a request is answered twice") {
  check_is_found(broken_rule::answers_twice, {"more than one reply", "a reply after the last one"});
}

TEST_CASE("it is found out that somebody else gets the answer") {
  check_is_found(broken_rule::answers_somebody_else, {"a wrong reply", "did not ask", "nonsense"});
}

TEST_CASE("it is found out that a client's end leaves its requests behind") {
  check_is_found(broken_rule::forgets_to_cancel, {"left request"});
}

TEST_CASE("it is found out that a router's verdict is lost on its way to the gate") {
  check_is_found(broken_rule::loses_verdicts, {"got no reply", "still open"});
}

TEST_CASE("it is found out that nobody looks at the clock") {
  check_is_found(broken_rule::never_looks_at_clock, {"gets no heartbeats"});
}

TEST_CASE("it is found out that a dead worker swallows a request") {
  check_is_found(broken_rule::leaves_dead_undisturbed, {"gets no heartbeats", "the broker thinks"});
}

TEST_CASE("it is found out that a request waits where nobody comes, beside a pattern that fits") {
  check_is_found(broken_rule::keeps_what_waits, {"waits for nobody"});
}

TEST_CASE("it is found out that a reply is made of two workers' pieces") {
  check_is_found(broken_rule::mixes_attempts, {"pieces of two workers"}, worlds_for_the_rarest);
}
