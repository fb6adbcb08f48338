#include "mdp/engine/outstanding_jobs.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

const frame alice("alice");
const frame bob("bob");

held_job attempt(std::uint64_t client, std::uint64_t sequence, attempt_number number = 1) {
  return {id_of(client, sequence), number};
}

} // namespace

TEST_CASE("7-15 without tokens the address is the client's own") {
  outstanding_jobs held(false);
  CHECK(held.add(attempt(1, 1, 2), alice) == alice);
  const auto found = held.find(alice);
  REQUIRE(found.has_value());
  CHECK(found->id == id_of(1, 1));
  CHECK(found->attempt == 2);
  CHECK(held.size() == 1);
}

TEST_CASE("18-13 T7 an address that is not outstanding names no request") {
  outstanding_jobs held(false);
  CHECK_FALSE(held.find(alice).has_value());
  held.add(attempt(1, 1), alice);
  CHECK_FALSE(held.find(bob).has_value());
  CHECK_FALSE(held.find(frame{}).has_value());
  CHECK(held.take(alice).has_value());
  CHECK_FALSE(held.find(alice).has_value());
  CHECK(held.empty());
}

TEST_CASE("7-5 without tokens one client's two requests at a time are a bug of ours") {
  outstanding_jobs held(false);
  held.add(attempt(1, 1), alice);
  CHECK(aborts([&] { held.add(attempt(1, 2), alice); }));
}

TEST_CASE("without tokens an address may be used again after its answer") {
  outstanding_jobs held(false);
  held.add(attempt(1, 1), alice);
  CHECK(held.take(alice).has_value());
  CHECK(held.add(attempt(1, 2), alice) == alice);
  CHECK(held.find(alice)->id == id_of(1, 2));
}

TEST_CASE("T7 a token is opaque, and no two attempts of any requests have the same") {
  outstanding_jobs held(true);
  std::set<std::string> seen;
  for (std::uint64_t client = 1; client <= 10; ++client)
    for (std::uint64_t i = 1; i <= 100; ++i)
      for (attempt_number number = 1; number <= 3; ++number) {
        const auto token = held.add(attempt(client, i, number), alice);
        REQUIRE(token != alice);
        REQUIRE(token.size() == 20);
        REQUIRE(seen.emplace(token.text()).second);
        CHECK(held.take(token).has_value());
      }
}

TEST_CASE("T7 a token of an earlier connection names nothing on the next one") {
  outstanding_jobs before(true);
  const auto stale = before.add(attempt(1, 1), alice);
  outstanding_jobs after(true); // the worker has come again, and says what it worked out meanwhile
  after.add(attempt(2, 1), bob);
  after.add(attempt(1, 1, 2), alice);
  CHECK_FALSE(after.find(stale).has_value());
}

TEST_CASE("with tokens answers are matched in any order, one client's as well") {
  outstanding_jobs held(true);
  const auto first = held.add(attempt(1, 1), alice);
  const auto second = held.add(attempt(1, 2, 3), alice);
  const auto third = held.add(attempt(2, 1), bob);
  CHECK(held.find(third)->id == id_of(2, 1));
  CHECK(held.take(third).has_value());
  CHECK(held.find(second)->id == id_of(1, 2));
  CHECK(held.find(second)->attempt == 3);
  CHECK(held.find(first)->id == id_of(1, 1));
  CHECK_FALSE(held.find(third).has_value());
}

TEST_CASE("T7 with tokens a client's routing id names nothing") {
  outstanding_jobs held(true);
  held.add(attempt(1, 1), alice);
  CHECK_FALSE(held.find(alice).has_value());
}

TEST_CASE("taking what is not here changes nothing") {
  outstanding_jobs held(true);
  const auto token = held.add(attempt(1, 1), alice);
  CHECK_FALSE(held.take(bob).has_value());
  CHECK(held.take(token)->id == id_of(1, 1));
  CHECK_FALSE(held.take(token).has_value());
  CHECK(held.empty());
}
