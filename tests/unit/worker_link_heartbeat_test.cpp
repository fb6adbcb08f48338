#include "mdp/engine/worker_link.hpp"
#include "unit/worker_link_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

// Who is alive: heartbeats in both directions, on idle and busy workers (7-35 to 7-40, T1, T10).

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

struct strict_fixture : worker_link_fixture {
  strict_fixture() : worker_link_fixture(config(busy_policy::strict)) {}
};

} // namespace

TEST_CASE_FIXTURE(worker_link_fixture, "7-35 a heartbeat is welcome at any time after READY") {
  make_ready();
  CHECK(handle(wire::heartbeat{}, at(1s)) == "");
  assign(1, 1);
  CHECK(handle(wire::heartbeat{}, at(2s)) == "");
  CHECK(link.is_ready());
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-38 a silent broker beats, an interval after its last word") {
  make_ready();
  CHECK(link.next_deadline() == at(1s));
  CHECK(tick(at(1s - 1ns)) == "");
  CHECK(tick(at(1s)) == "send heartbeat");
  CHECK(tick(at(1s)) == "");
  CHECK(link.next_deadline() == at(2s));
  CHECK(tick(at(2500ms)) == "send heartbeat");
  CHECK(link.next_deadline() == at(3500ms));
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-38 Z13 busy workers get heartbeats as well") {
  make_ready();
  assign(1, 1);
  CHECK(tick(at(1s)) == "send heartbeat");
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-37 a request takes the place of a heartbeat") {
  make_ready();
  assign(1, 1, 1, at(900ms));
  CHECK(tick(at(1s)) == "");
  CHECK(link.next_deadline() == at(1900ms));
  CHECK(tick(at(1900ms)) == "send heartbeat");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T1 when connections were lost, a worker that holds a request is sent to") {
  CHECK(probe(at(0s)) == "");
  make_ready();
  CHECK(probe(at(100ms)) == "");
  assign(1, 1, 1, at(200ms));
  CHECK(probe(at(300ms)) == "send heartbeat");
  CHECK(tick(at(1200ms)) == ""); // 7-37: that was the heartbeat
  CHECK(link.next_deadline() == at(1300ms));
  handle(wire::disconnect{}, at(400ms));
  CHECK(probe(at(500ms)) == "");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-25 no heartbeat before READY, and no empty deadlines either") {
  CHECK(tick(at(1s)) == "");
  CHECK(link.next_deadline() == at(4s));
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-39 Z5 an idle worker that is silent too long is told to go") {
  make_ready();
  for (int i = 1; i <= 3; ++i)
    CHECK(tick(at(i * 1s)) == "send heartbeat");
  CHECK(tick(at(4s - 1ns)) == "");
  CHECK(tick(at(4s)) == "send disconnect, ended: silent");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-36 any command counts as a heartbeat") {
  make_ready(2);
  const auto address = assign_for_address(1, 1);
  const wire::from_worker said[] = {
    wire::worker_partial{address, body({"p"})},
    wire::worker_final{address, body({"x"})},
    wire::heartbeat{},
  };
  auto when = 0s;
  for (const auto& command : said) {
    when += 3s;
    tick(at(when - 1s)); // or the engine thinks that *it* was asleep
    handle(command, at(when));
    tick(at(when + 2s));
    CHECK_FALSE(link.has_ended());
  }
  tick(at(when + 4s - 1ns));
  CHECK_FALSE(link.has_ended());
  CHECK(tick(at(when + 4s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-36 what counts is when it arrived, not when it is handled") {
  make_ready();
  tick(at(3s));
  handle(wire::heartbeat{}, at(1s)); // had waited in a queue of ours
  tick(at(5s - 1ns));
  CHECK_FALSE(link.has_ended());
  CHECK(tick(at(5s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture, "T1 a lenient broker lets a busy worker be silent") {
  make_ready();
  assign(1, 1);
  for (int i = 1; i < 60; ++i)
    REQUIRE(tick(at(i * 1s)) == "send heartbeat");
  CHECK(tick(at(60s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T1 a lenient broker asks for heartbeats again after the answer") {
  make_ready();
  assign(1, 1);
  for (int i = 1; i <= 30; ++i)
    tick(at(i * 1s));
  handle(wire::worker_final{frame("client 1"), body({"x"})}, at(30s));
  for (int i = 31; i < 34; ++i)
    REQUIRE(tick(at(i * 1s)) == "send heartbeat");
  CHECK(tick(at(34s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T1 7-39 a worker that has beaten over its work is not excused by it any more") {
  make_ready();
  assign(1, 1, 1, at(0s));
  for (int i = 1; i <= 2; ++i) {
    tick(at(i * 1s));
    handle(wire::heartbeat{}, at(i * 1s));
  }
  for (int i = 3; i < 6; ++i)
    REQUIRE(tick(at(i * 1s)) == "send heartbeat");
  CHECK(tick(at(6s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture, "T1 what a worker can is remembered for its next request") {
  make_ready();
  assign(1, 1, 1, at(0s));
  for (int i = 1; i <= 2; ++i) {
    tick(at(i * 1s));
    handle(wire::heartbeat{}, at(i * 1s));
  }
  handle(wire::worker_final{frame("client 1"), body({"x"})}, at(2s));
  assign(1, 2, 1, at(2s));
  for (int i = 3; i < 6; ++i)
    tick(at(i * 1s));
  CHECK(tick(at(6s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T1 7-39 a worker that announced a capacity beats at work from the beginning") {
  make_ready(2);
  assign(1, 1);
  for (int i = 1; i < 4; ++i)
    REQUIRE(tick(at(i * 1s)) == "send heartbeat");
  CHECK(tick(at(4s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T1 a beat that crossed its request proves nothing, nor does one after a sleep") {
  make_ready();
  for (int job = 0; job < 5; ++job) { // each time one of either
    const auto start = at(job * 10s);
    assign(1, static_cast<std::uint64_t>(job) + 1, 1, start);
    handle(wire::heartbeat{}, start + 999ms);
    handle(wire::heartbeat{}, start + 3s);
    for (int i = 1; i < 9; ++i)
      REQUIRE(tick(start + i * 1s) == "send heartbeat");
    handle(wire::worker_final{frame("client 1"), body({"x"})}, start + 9s);
    REQUIRE_FALSE(link.has_ended());
  }
}

TEST_CASE_FIXTURE(strict_fixture, "T1 Z6 a strict broker asks for heartbeats of busy workers too") {
  make_ready();
  assign(1, 1);
  for (int i = 1; i < 4; ++i)
    REQUIRE(tick(at(i * 1s)) == "send heartbeat");
  CHECK(tick(at(4s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(strict_fixture,
                  "T1 a busy worker that beats lives for ever under either policy") {
  make_ready();
  assign(1, 1);
  for (int i = 1; i <= 1000; ++i) {
    REQUIRE(tick(at(i * 1s)) == "send heartbeat");
    handle(wire::heartbeat{}, at(i * 1s));
  }
  CHECK(link.in_flight() == 1);
}

TEST_CASE("T1 a busy timeout shorter than the usual patience shortens nothing") {
  auto how = worker_link_fixture::config();
  how.busy_timeout = 1s;
  worker_link_fixture f(how);
  f.make_ready();
  f.assign(1, 1);
  for (int i = 1; i < 4; ++i)
    CHECK(f.tick(at(i * 1s)) == "send heartbeat");
  CHECK(f.tick(at(4s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture, "T10 Z11 after a sleep of ours nobody is dead at once") {
  make_ready();
  tick(at(1s));
  CHECK(tick(at(1h)) == "send heartbeat");
  CHECK_FALSE(link.has_ended());
  handle(wire::heartbeat{}, at(1h + 900ms));
  CHECK(tick(at(1h + 1s)) == "send heartbeat");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T10 who does not speak within the interval of grace is gone") {
  make_ready();
  tick(at(1s));
  tick(at(1h));
  CHECK(tick(at(1h + 1s)) == "send disconnect, ended: silent");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "each deadline has something to do: no tick leaves it where it is") {
  const auto check_progress = [this](time_point until) {
    while (!link.has_ended() && link.next_deadline() < until) {
      const auto due = link.next_deadline();
      tick(due);
      REQUIRE(link.next_deadline() > due);
    }
  };
  SUBCASE("before READY") {
    check_progress(at(1h));
  }
  SUBCASE("idle") {
    make_ready();
    check_progress(at(1h));
  }
  SUBCASE("busy") {
    make_ready();
    assign(1, 1);
    check_progress(at(1h));
  }
  CHECK(link.has_ended());
}

TEST_CASE("a worker that beats and does not answer is told to go when its time is over") {
  auto how = worker_link_fixture::config();
  how.answer_timeout = 10s;
  worker_link_fixture f(how);
  f.make_ready(3);
  f.assign(1, 1, 1, at(0s));
  f.assign(2, 1, 1, at(4s));
  const auto beat_until = [&](duration end) {
    for (auto t = 1s; t < end; t += 1s) {
      f.handle(wire::heartbeat{}, at(t));
      f.tick(at(t));
    }
  };
  SUBCASE("the request that waits longest counts") {
    beat_until(10s);
    CHECK(f.link.next_deadline() == at(10s));
    CHECK(f.tick(at(10s)) == "send disconnect, ended: overdue");
    f.check_is_over();
  }
  SUBCASE("a part of an answer gives its request time anew, and no other") {
    const auto token = f.assign_for_address(3, 1);
    beat_until(9s);
    f.handle(wire::worker_partial{token, body({"x"})}, at(9s));
    CHECK_FALSE(f.link.has_ended());
    CHECK(f.tick(at(10s)).find("overdue") != std::string::npos);
  }
}

TEST_CASE("who has answered in time is not overdue later") {
  auto how = worker_link_fixture::config();
  how.answer_timeout = 3s;
  worker_link_fixture f(how);
  f.make_ready(2);
  const auto token = f.assign_for_address(1, 1);
  f.handle(wire::worker_final{token, body({"x"})}, at(1s));
  for (auto t = 2s; t < 20s; t += 1s) {
    f.handle(wire::heartbeat{}, at(t));
    f.tick(at(t));
    REQUIRE_FALSE(f.link.has_ended());
    REQUIRE(f.link.next_deadline() > at(t));
  }
}
