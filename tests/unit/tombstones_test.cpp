#include "mdp/peers/tombstones.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp;
using namespace mdp::peers;
using namespace mdp::testing;

namespace {

const frame a("a");
const frame b("b");
const frame c("c");

} // namespace

TEST_CASE("T9 who was told to go is remembered for a while") {
  tombstones told(10, 30s);
  CHECK_FALSE(told.contains(a, at(0s)));
  told.add(a, at(0s));
  CHECK(told.contains(a, at(0s)));
  CHECK(told.contains(a, at(30s - 1ns)));
  CHECK_FALSE(told.contains(a, at(30s)));
  CHECK_FALSE(told.contains(b, at(0s)));
}

TEST_CASE("T9 a READY clears the memory") {
  tombstones told(10, 30s);
  told.add(a, at(0s));
  told.remove(a);
  CHECK_FALSE(told.contains(a, at(0s)));
  told.add(a, at(1s));
  CHECK(told.contains(a, at(30s)));
}

TEST_CASE("forgetting somebody unknown changes nothing") {
  tombstones told(10, 30s);
  told.remove(a);
  CHECK(told.size() == 0);
}

TEST_CASE("who is told once more is remembered from then on") {
  tombstones told(10, 30s);
  told.add(a, at(0s));
  told.add(a, at(20s));
  told.add(b, at(40s)); // expires the first note about a, not the second
  CHECK(told.contains(a, at(50s - 1ns)));
  CHECK_FALSE(told.contains(a, at(50s)));
}

TEST_CASE("T9 the oldest is forgotten first when there are too many") {
  tombstones told(2, 30s);
  told.add(a, at(0s));
  told.add(b, at(1s));
  told.add(c, at(2s));
  CHECK_FALSE(told.contains(a, at(2s)));
  CHECK(told.contains(b, at(2s)));
  CHECK(told.contains(c, at(2s)));
  CHECK(told.size() == 2);
}

TEST_CASE("who is told twice at the same time takes one place") {
  tombstones told(2, 30s);
  told.add(a, at(0s));
  told.add(a, at(0s));
  told.add(b, at(0s));
  CHECK(told.contains(a, at(1s)));
  CHECK(told.contains(b, at(1s)));
}

TEST_CASE("T9 the memory is bounded, however many come") {
  tombstones told(100, 30s);
  for (int i = 0; i < 10'000; ++i) {
    const frame id(std::to_string(i));
    told.add(id, at(i * 1ms));
    REQUIRE(told.contains(id, at(i * 1ms)));
    if (i % 3 == 0)
      told.remove(id);
    REQUIRE(told.size() <= 100);
  }
}

TEST_CASE("what has expired is let go of") {
  tombstones told(100, 30s);
  for (int i = 0; i < 50; ++i)
    told.add(frame(std::to_string(i)), at(0s));
  CHECK(told.size() == 50);
  told.add(a, at(30s));
  CHECK(told.size() == 1);
}

TEST_CASE("a memory of nothing remembers nobody") {
  tombstones told(0, 30s);
  told.add(a, at(0s));
  CHECK_FALSE(told.contains(a, at(0s)));
}
