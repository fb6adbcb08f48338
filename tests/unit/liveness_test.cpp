#include "mdp/engine/liveness.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

constexpr heartbeat_config config{1000ms, 4};

liveness fresh() {
  return liveness(config, at(0s));
}

} // namespace

TEST_CASE("patience is the interval times the liveness") {
  CHECK(config.patience() == 4s);
}

TEST_CASE("7-38 a beat is due when nothing was sent for an interval, not before") {
  auto beats = fresh();
  CHECK_FALSE(beats.is_beat_due(at(1s - 1ns)));
  CHECK(beats.is_beat_due(at(1s)));
  beats.sent(at(1s));
  CHECK_FALSE(beats.is_beat_due(at(2s - 1ns)));
  CHECK(beats.is_beat_due(at(2s)));
}

TEST_CASE("7-37 whatever is sent puts the next beat off") {
  auto beats = fresh();
  beats.sent(at(900ms));
  CHECK_FALSE(beats.is_beat_due(at(1800ms)));
  CHECK(beats.is_beat_due(at(1900ms)));
}

TEST_CASE("7-39 the other side is lost when nothing was heard for the patience, not before") {
  auto beats = fresh();
  CHECK_FALSE(beats.is_lost(at(4s - 1ns)));
  CHECK(beats.is_lost(at(4s)));
}

TEST_CASE("7-36 whatever is heard counts from its arrival") {
  auto beats = fresh();
  beats.heard(at(3s));
  CHECK(beats.last_heard() == at(3s));
  CHECK_FALSE(beats.is_lost(at(7s - 1ns)));
  CHECK(beats.is_lost(at(7s)));
}

TEST_CASE("what we send says nothing about them, what we hear nothing about us") {
  auto beats = fresh();
  beats.sent(at(3s));
  CHECK(beats.is_lost(at(4s)));
  auto others = fresh();
  others.heard(at(3s));
  CHECK(others.is_beat_due(at(1s)));
}

TEST_CASE("news older than known changes nothing") {
  auto beats = fresh();
  beats.heard(at(3s));
  beats.heard(at(1s));
  CHECK(beats.last_heard() == at(3s));
  beats.sent(at(3s));
  beats.sent(at(1s));
  CHECK_FALSE(beats.is_beat_due(at(3500ms)));
}

TEST_CASE("T1 another patience may be asked for") {
  const auto beats = fresh();
  CHECK_FALSE(beats.is_lost(at(4s), 5min));
  CHECK(beats.is_lost(at(5min), 5min));
}

TEST_CASE("the next deadline is the earlier of our beat and their end") {
  auto beats = fresh();
  CHECK(beats.next_deadline() == at(1s));
  beats.sent(at(3500ms));
  CHECK(beats.next_deadline() == at(4s));
  beats.heard(at(3500ms));
  CHECK(beats.next_deadline() == at(4500ms));
  CHECK(beats.next_deadline(500ms) == at(4s));
}

TEST_CASE("T10 who looks often enough gets no excuse for the other side") {
  auto beats = fresh();
  for (auto now = 1s; now < 4s; now += 1s)
    beats.looked(at(now));
  beats.looked(at(4s));
  CHECK(beats.is_lost(at(4s)));
}

TEST_CASE("T10 after a sleep of ours the other side has one interval to speak") {
  auto beats = fresh();
  beats.looked(at(1h));
  CHECK_FALSE(beats.is_lost(at(1h)));
  CHECK_FALSE(beats.is_lost(at(1h + 1s - 1ns)));
  beats.looked(at(1h + 1s));
  CHECK(beats.is_lost(at(1h + 1s)));
}

TEST_CASE("T10 a sleep shorter than the patience is no excuse") {
  auto beats = fresh();
  beats.looked(at(3s));
  beats.looked(at(7s - 1ns));
  CHECK(beats.is_lost(at(7s - 1ns)));
}

TEST_CASE("T10 an excuse never takes away what was really heard") {
  auto beats = fresh();
  beats.heard(at(1h));
  beats.looked(at(1h));
  CHECK(beats.last_heard() == at(1h));
}

TEST_CASE("T10 waking up makes our own beat due") {
  auto beats = fresh();
  beats.looked(at(1h));
  CHECK(beats.is_beat_due(at(1h)));
}
