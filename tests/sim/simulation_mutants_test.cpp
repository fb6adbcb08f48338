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

/// What is found within so many seeds when the broker breaks this rule.
std::optional<std::string> finding_with(broken_rule rule, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    run_options options;
    options.seed = seed;
    options.broken = rule;
    if (auto outcome = world(options).run(); outcome.violation)
      return outcome.violation;
  }
  return std::nullopt;
}

/// Finds it, and says one of these things about it, depending on who is the first to notice.
void check_is_found(broken_rule rule, std::initializer_list<std::string_view> expected) {
  const auto finding = finding_with(rule, 2000); // as many as the worlds that must be without one
  REQUIRE_MESSAGE(finding.has_value(), "nobody noticed");
  INFO("found: ", *finding);
  CHECK(std::ranges::any_of(expected,
                            [&](auto words) { return finding->find(words) != std::string::npos; }));
}

} // namespace

TEST_CASE("nothing is found where no rule is broken") {
  CHECK(finding_with(broken_rule::none, 20) == std::nullopt);
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
  check_is_found(broken_rule::answers_somebody_else, {"a wrong reply", "did not ask", "nonsense",
                                                      "more than one reply", "got no reply"});
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
  check_is_found(broken_rule::mixes_attempts, {"pieces of two workers"});
}
