#include "mdp/engine/backoff.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

backoff_config without_jitter() {
  return {100ms, 1000ms, 0.0, 10s};
}

std::vector<duration> pauses(backoff& source, int count) {
  std::vector<duration> result;
  for (; count > 0; --count)
    result.push_back(source.next());
  return result;
}

} // namespace

TEST_CASE("pauses double up to the longest and stay there") {
  backoff source(without_jitter(), 1);
  CHECK(pauses(source, 6) == std::vector<duration>{100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms});
}

TEST_CASE("a longest pause equal to the first makes all pauses equal") {
  backoff source({100ms, 100ms, 0.0, 10s}, 1);
  CHECK(pauses(source, 3) == std::vector<duration>{100ms, 100ms, 100ms});
}

TEST_CASE("T15 a conversation that lasted makes the next pause the first again") {
  backoff source(without_jitter(), 1);
  pauses(source, 4);
  source.lasted(10s);
  CHECK(source.failures() == 0);
  CHECK(pauses(source, 2) == std::vector<duration>{100ms, 200ms});
}

TEST_CASE("T15 conversations that end at once, however many, do not shorten the pause") {
  backoff source(without_jitter(), 1);
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    source.lasted(10s - 1ns);
    CHECK(source.next() == expected);
  }
  CHECK(source.failures() == 6);
}

TEST_CASE("a thousand failures in a row do not overflow") {
  backoff source({1ns, duration::max() / 4, 0.0, 10s}, 1);
  auto last = duration::zero();
  for (int i = 0; i < 1000; ++i) {
    const auto pause = source.next();
    REQUIRE(pause >= last);
    last = pause;
  }
  CHECK(source.failures() == 1000);
}

TEST_CASE("T15 jitter spreads pauses over the whole range around the plain pause, and not beyond") {
  backoff source({1000ms, 1000ms, 0.3, 10s}, 42);
  auto least = duration::max();
  auto most = duration::min();
  auto sum = duration::zero();
  for (const auto pause : pauses(source, 10'000)) {
    least = std::min(least, pause);
    most = std::max(most, pause);
    sum += pause;
  }
  CHECK(least >= 700ms);
  CHECK(least < 705ms);
  CHECK(most <= 1300ms);
  CHECK(most > 1295ms);
  CHECK(sum / 10'000 > 990ms);
  CHECK(sum / 10'000 < 1010ms);
}

TEST_CASE("one seed gives the same pauses again") {
  backoff one({}, 7);
  backoff same({}, 7);
  CHECK(pauses(one, 20) == pauses(same, 20));
}

TEST_CASE("T15 peers with neighbouring seeds do not come back in step") {
  std::set<duration> first_pauses;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    first_pauses.insert(backoff({}, seed).next());
  CHECK(first_pauses.size() == 1000);
}

TEST_CASE("a configuration that cannot work is a bug of ours") {
  CHECK(aborts([] { backoff({0ms, 1s, 0.3, 10s}, 1); }));
  CHECK(aborts([] { backoff({2s, 1s, 0.3, 10s}, 1); }));
  CHECK(aborts([] { backoff({1s, 1s, -0.1, 10s}, 1); }));
  CHECK(aborts([] { backoff({1s, 1s, 1.1, 10s}, 1); }));
  CHECK(aborts([] { backoff({1s, duration::max(), 0.3, 10s}, 1); }));
  CHECK_FALSE(aborts([] { backoff({1s, 1s, 1.0, 10s}, 1); }));
}
