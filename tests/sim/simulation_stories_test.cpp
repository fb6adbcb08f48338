#include "sim/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

// How the protocol behaves, told one thing at a time. Each story has a quiet world with what it
// needs in it, and one thing that goes wrong. All invariants of the simulation are watched
// meanwhile.

using namespace mdp;
using namespace mdp::sim;
using namespace std::chrono_literals;

namespace {

constexpr auto v0_1 = wire::protocol_version::v0_1;
constexpr auto v0_2 = wire::protocol_version::v0_2;

/// A world with these workers and one client, in which everybody beats every 200 ms and is patient
/// for four beats. The client does nothing by itself.
scenario quiet(std::size_t workers, wire::protocol_version version = v0_2) {
  scenario what;
  what.net = {100us, 1ms, 100ms, 3s};
  what.services = {"echo"};
  what.broker.workers.heartbeat = {200ms, 4};
  what.broker.workers.busy_timeout = 10s;
  for (std::size_t i = 0; i < workers; ++i) {
    worker_traits worker;
    worker.engine.service = "echo";
    worker.engine.version = version;
    worker.engine.heartbeat = what.broker.workers.heartbeat;
    worker.backoff = {50ms, 400ms, 0.3, 3s};
    worker.work_min = worker.work_max = 20ms;
    what.workers.push_back(worker);
  }
  client_traits client;
  client.engine.version = version;
  client.how.timeout = 5s;
  client.services = {"echo"};
  what.clients.push_back(client);
  return what;
}

struct story : world {
  explicit story(scenario what) : world({}, std::move(what)) {
    client().rest();
    run_for(100ms);
  }

  sim_client& client() { return *everybody().clients[0]; }
  sim_worker& worker(std::size_t number) { return *everybody().workers[number]; }
  void ask() { client().ask("echo", now()); }

  [[nodiscard]] std::uint64_t ended(engine::worker_end reason) const {
    return statistics().peers.ended_workers[static_cast<std::size_t>(reason)];
  }

  /// The one request was answered when it was first asked, and nothing was out of order.
  void check_answered_at_once() {
    CHECK(findings().first() == std::nullopt);
    CHECK(client().counters().finished == 1);
    CHECK(client().counters().retries == 0);
  }
};

} // namespace

TEST_CASE("a request goes to a worker, and its answer back to the client") {
  story told(quiet(1));
  told.ask();
  told.run_for(100ms);
  told.check_answered_at_once();
}

TEST_CASE("7-11 a request may come before the first worker") {
  auto what = quiet(1);
  story told(what);
  told.worker(0).crash(false, told.now(), told.now() + 2s);
  told.run_for(100ms);
  told.ask();
  told.run_for(3s);
  told.check_answered_at_once();
}

TEST_CASE("7-3 a client that floods a service at most doubles the time that another one waits") {
  const auto slowest_of = [](std::size_t workers, std::size_t flood) {
    auto what = quiet(workers);
    what.clients.push_back(what.clients[0]);
    pipeliner_traits flooding;
    flooding.services = {"echo"};
    flooding.think_min = flooding.think_max = 1h; // asks when it is told to
    flooding.patience = 2h;
    what.pipeliners.push_back(flooding);
    what.broker.clients.request_ttl = 1h;
    story told(what);
    told.everybody().clients[1]->rest();
    auto& flooder = *told.everybody().pipeliners[0];
    flooder.rest();
    told.run_for(2s);
    for (std::size_t i = 0; i < flood; ++i)
      flooder.ask("echo", told.now());
    told.run_for(7ms); // well inside a job of the flood
    duration slowest{};
    for (std::uint64_t asked = 1; asked <= 10; ++asked) {
      const auto finished = told.client().counters().finished;
      const auto start = told.now();
      told.ask();
      while (told.client().counters().finished == finished && told.now() - start < 1min)
        told.run_for(500us);
      REQUIRE(told.findings().first().value_or("") == "");
      slowest = std::max(slowest, told.now() - start);
    }
    CHECK(told.findings().first() == std::nullopt);
    CHECK(flooder.is_idle() == (flood == 0)); // the flood was there to the end
    return slowest;
  };
  for (const std::size_t workers : {1, 4}) {
    CAPTURE(workers);
    const auto alone = slowest_of(workers, 0);
    CHECK(slowest_of(workers, 250) <= 2 * alone);
  }
}

TEST_CASE("T4 in all four pairings of client and worker the pieces come in order and whole") {
  for (const auto client : {v0_1, v0_2})
    for (const auto worker : {v0_1, v0_2}) {
      auto what = quiet(1, worker);
      what.clients[0].engine.version = client;
      what.workers[0].max_partials = 5;
      story told(what);
      for (int i = 0; i < 20; ++i) {
        told.ask();
        told.run_for(1s);
      }
      CHECK(told.findings().first() == std::nullopt);
      CHECK(told.client().counters().finished == 20);
    }
}

TEST_CASE("7-41 a worker dies over a request, and another one gets it") {
  auto what = quiet(2);
  for (auto& worker : what.workers)
    worker.work_min = worker.work_max = 1s;
  story told(what);
  told.ask();
  told.run_for(500ms);
  const bool first_has_it = told.worker(0).counters().works == 1;
  told.worker(first_has_it ? 0 : 1).crash(false, told.now(), never);
  told.run_for(2s);
  told.check_answered_at_once();
  CHECK(told.statistics().jobs.retried == 1);
}

TEST_CASE(
  "T1 a killed worker's request is with another one at once, however rarely anybody beats") {
  for (const auto version : {v0_1, v0_2}) {
    auto what = quiet(2, version);
    what.broker.workers.heartbeat = {1h, 4};
    for (auto& worker : what.workers) {
      worker.engine.heartbeat = what.broker.workers.heartbeat;
      worker.work_min = worker.work_max = 300ms;
    }
    story told(what);
    told.ask();
    told.run_for(100ms);
    const bool first_has_it = told.worker(0).counters().works == 1;
    told.worker(first_has_it ? 0 : 1).crash(false, told.now(), never);
    told.run_for(500ms);
    told.check_answered_at_once();
    CHECK(told.statistics().jobs.retried == 1);
    CHECK(told.ended(engine::worker_end::unreachable) == 1);
  }
}

TEST_CASE(
  "7-39 a worker whose machine is gone is found out by its silence, if nobody needs it before") {
  story told(quiet(2));
  told.worker(0).crash(true, told.now(), never);
  told.run_for(2s);
  CHECK(told.ended(engine::worker_end::silent) + told.ended(engine::worker_end::unreachable) == 1);
  told.ask();
  told.run_for(1s);
  told.check_answered_at_once();
}

TEST_CASE("T22 workers that died in their sleep swallow no request") {
  story told(quiet(4));
  for (std::size_t i = 0; i < 3; ++i)
    told.worker(i).crash(false, told.now(), never);
  told.run_for(10ms); // the socket knows by now, the broker does not
  told.ask();
  told.run_for(100ms);
  told.check_answered_at_once();
}

TEST_CASE("Z14 a worker that leaves says so, and gets nothing more") {
  story told(quiet(2));
  told.worker(0).drain(told.now(), never);
  told.run_for(10ms);
  CHECK(told.ended(engine::worker_end::left) == 1);
  told.ask();
  told.run_for(100ms);
  told.check_answered_at_once();
  CHECK(told.worker(0).counters().works == 0);
}

TEST_CASE("T13 a worker that leaves finishes what it has") {
  auto what = quiet(1);
  what.workers[0].work_min = what.workers[0].work_max = 1s;
  story told(what);
  told.ask();
  told.run_for(500ms);
  told.worker(0).drain(told.now(), never);
  told.run_for(1s);
  told.check_answered_at_once();
  CHECK(told.statistics().jobs.retried == 0);
}

TEST_CASE("8-2 Z9 it is the service's name that is reserved, not the worker's own") {
  auto what = quiet(1);
  what.workers[0].name = frame("mmi.worker");
  story told(what);
  told.ask();
  told.run_for(100ms);
  told.check_answered_at_once();
}

TEST_CASE(
  "8-3 8-5 mmi.service says whether there is a living worker, to clients of both versions") {
  for (const auto version : {v0_1, v0_2}) {
    auto what = quiet(1, version);
    what.workers[0].work_min = what.workers[0].work_max = 1s;
    what.clients.push_back(what.clients[0]);
    story told(what);
    auto& observer = *told.everybody().clients[1];
    observer.rest();
    told.run_for(2s); // until its first request is answered
    const auto is_served = [&] {
      observer.ask("mmi.service", told.now());
      told.run_for(100ms);
      return observer.last_mmi_code();
    };
    CHECK(is_served() == "200");
    told.ask(); // a busy worker is a living one
    CHECK(is_served() == "200");
    told.worker(0).crash(true, told.now(), never);
    told.run_for(5s); // it may be silent over its work, but not unreachable
    CHECK(is_served() == "404");
    CHECK(told.findings().first() == std::nullopt);
  }
}

TEST_CASE("T1 a single-threaded worker may be silent over its work, if the broker is lenient") {
  for (const auto policy : {engine::busy_policy::lenient, engine::busy_policy::strict}) {
    auto what = quiet(1, v0_1);
    what.broker.workers.busy = policy;
    what.workers[0].is_single_threaded = true;
    what.workers[0].work_min = what.workers[0].work_max = 2s; // patience is 800 ms
    story told(what);
    told.ask();
    told.run_for(4s);
    CHECK(told.findings().first() == std::nullopt);
    const bool was_served = policy == engine::busy_policy::lenient;
    CHECK(told.client().counters().finished == (was_served ? 1 : 0));
    CHECK((told.ended(engine::worker_end::silent) == 0) == was_served);
  }
}

TEST_CASE("T10 a broker whose clock has leapt does not take everybody for dead") {
  story told(quiet(3));
  told.everybody().broker.leap(1h);
  told.run_for(2s);
  CHECK(told.findings().first() == std::nullopt);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(told.worker(i).counters().conversations == 1);
}

TEST_CASE("T10 a worker that was frozen is given up, and begins anew when it goes on") {
  story told(quiet(2));
  told.worker(0).freeze(told.now() + 3s);
  told.run_for(2s);
  CHECK(told.ended(engine::worker_end::silent) == 1);
  told.ask(); // for the other one
  told.run_for(100ms);
  told.check_answered_at_once();
  told.run_for(3s);
  CHECK(told.worker(0).is_talking());
  CHECK(told.worker(0).counters().conversations == 2);
}

TEST_CASE("7-40 a broker that was frozen finds its workers again when it goes on") {
  story told(quiet(2));
  told.everybody().broker.freeze(told.now() + 3s);
  told.run_for(6s);
  told.ask();
  told.run_for(100ms);
  told.check_answered_at_once();
}

TEST_CASE("T15 a broker restarts, the workers find back, the client asks again (7-10)") {
  auto what = quiet(2);
  what.clients[0].how.timeout = 1s;
  what.workers[0].work_min = what.workers[1].work_min = 500ms;
  what.workers[0].work_max = what.workers[1].work_max = 500ms;
  story told(what);
  told.ask();
  told.run_for(100ms);
  told.everybody().broker.crash(router_end::killed, told.now(), told.now() + 300ms);
  told.run_for(3s);
  CHECK(told.findings().first() == std::nullopt);
  CHECK(told.client().counters().finished == 1);
  CHECK(told.client().counters().retries == 1);
}

TEST_CASE("T9 a worker with a name comes again while the broker still believes in its old self") {
  auto what = quiet(1);
  what.workers[0].name = frame("the worker");
  story told(what);
  told.worker(0).crash(true, told.now(), told.now() + 100ms); // its machine; nobody says a word
  told.run_for(10s);
  CHECK(told.findings().first() == std::nullopt);
  CHECK(told.worker(0).is_talking());
  told.ask();
  told.run_for(1s);
  told.check_answered_at_once();
}

TEST_CASE("the same seed is the same run, another seed is another") {
  const auto events_of = [](std::uint64_t seed) {
    run_options options;
    options.seed = seed;
    options.trace_lines = 10'000;
    return world(options).run().last_events;
  };
  CHECK(events_of(5) == events_of(5));
  CHECK(events_of(5) != events_of(6));
}
