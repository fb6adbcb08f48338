#include "mdp/peers/probe_schedule.hpp"

#include <doctest/doctest.h>

using namespace mdp;
using namespace std::chrono_literals;

namespace {

time_point at(duration since_start) {
  return time_point{} + since_start;
}

peers::probe_schedule schedule() {
  return peers::probe_schedule({.delay = 50ms, .interval = 250ms});
}

} // namespace

TEST_CASE("nothing is probed while no connection is lost") {
  auto probes = schedule();
  CHECK(probes.next_deadline() == never);
  CHECK_FALSE(probes.tick(at(1h)));
}

TEST_CASE("a lost connection is followed by one probe, a little later") {
  auto probes = schedule();
  probes.connections_lost(at(1s));
  CHECK(probes.next_deadline() == at(1050ms));
  CHECK_FALSE(probes.tick(at(1049ms)));
  CHECK(probes.tick(at(1050ms)));
  CHECK(probes.next_deadline() == never);
  CHECK_FALSE(probes.tick(at(1051ms)));
}

TEST_CASE("many losses together are one probe") {
  auto probes = schedule();
  for (int i = 0; i < 1000; ++i)
    probes.connections_lost(at(1s));
  CHECK(probes.tick(at(1050ms)));
  CHECK(probes.next_deadline() == never);
}

TEST_CASE("a loss just before a probe is good for another one") {
  auto probes = schedule();
  probes.connections_lost(at(1000ms));
  probes.connections_lost(at(1049ms));
  CHECK(probes.tick(at(1050ms)));
  CHECK(probes.next_deadline() == at(1300ms));
  CHECK(probes.tick(at(1300ms)));
  CHECK(probes.next_deadline() == never);
}

TEST_CASE("losses without end are probed once an interval, and each within delay and interval") {
  auto probes = schedule();
  int probed = 0;
  for (auto now = 0ms; now < 10s; now += 1ms) {
    probes.connections_lost(at(now));
    probed += probes.tick(at(now)) ? 1 : 0;
  }
  CHECK(probed == 40);
  CHECK(probes.next_deadline() <= at(10s + 250ms));
}
