#include "mdp/engine/service_queue.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <string>

// Which request goes to which worker, and when. What happens when workers are lost is in
// service_queue_loss_test.cpp, the bounds are in service_queue_bounds_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr sink_id w1{1};
constexpr sink_id w2{2};
constexpr sink_id w3{3};

struct fixture {
  service_queue queue{queue_config{}};

  std::string submit(std::uint64_t client, std::uint64_t sequence, time_point deadline = never) {
    queue.submit(job_of(client, sequence, deadline), at(0s));
    return told(queue.actions());
  }
  std::string add(sink_id sink, std::uint32_t capacity = 1) {
    queue.add_sink(sink, capacity, at(0s));
    return told(queue.actions());
  }
  std::string finish(sink_id sink, std::uint64_t client, std::uint64_t sequence,
                     attempt_number attempt = 1) {
    queue.finish(sink, id_of(client, sequence), attempt, body({"done"}), at(1s));
    return told(queue.actions());
  }
  std::string partial(sink_id sink, std::uint64_t client, std::uint64_t sequence,
                      attempt_number attempt = 1) {
    queue.partial(sink, id_of(client, sequence), attempt, body({"piece"}));
    return told(queue.actions());
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "an idle worker gets a request at once") {
  CHECK(add(w1) == "");
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(queue.waiting() == 0);
  CHECK(queue.in_flight() == 1);
}

TEST_CASE_FIXTURE(fixture, "a worker is given the client's address and the body as they came") {
  queue.add_sink(w1, 1, at(0s));
  queue.submit({id_of(5, 9), frame("an address"), body({"a", "", "c"}), never}, at(0s));
  queue.actions().drain([](queue_action&& action) {
    const auto& assign = std::get<assign_to_sink>(action);
    CHECK(assign.client_address == "an address");
    CHECK(assign.body == body({"a", "", "c"}));
  });
}

TEST_CASE_FIXTURE(fixture,
                  "7-11 G3 requests for a service nobody offers wait for the first worker") {
  CHECK(submit(1, 1) == "");
  CHECK(submit(2, 1) == "");
  CHECK(queue.waiting() == 2);
  CHECK(add(w1) == "c1.1 to w1 (try 1)");
  CHECK(finish(w1, 1, 1) == "c2.1 to w1 (try 1), final c1.1: done");
}

TEST_CASE_FIXTURE(fixture,
                  "T11 an answer without a frame, as a service may give it, is one empty frame") {
  add(w1);
  submit(1, 1);
  const auto answer = [&] {
    message answered;
    queue.actions().drain(
      [&](queue_action&& action) { answered = std::get<answer_client>(action).body; });
    return answered;
  };
  queue.partial(w1, id_of(1, 1), 1, {});
  CHECK(answer() == message{frame{}});
  queue.finish(w1, id_of(1, 1), 1, {}, at(1s));
  CHECK(answer() == message{frame{}});
}

TEST_CASE_FIXTURE(fixture, "M3 a final answer dispatches the next request in the same step") {
  add(w1);
  submit(1, 1);
  submit(1, 2);
  CHECK(finish(w1, 1, 1) == "c1.2 to w1 (try 1), final c1.1: done");
  CHECK(finish(w1, 1, 2) == "final c1.2: done");
  CHECK(queue.counters().answered == 2);
}

TEST_CASE_FIXTURE(
  fixture, "a worker that is free has its next request before the answer goes to the client") {
  add(w1, 2);
  submit(1, 1);
  submit(1, 2);
  submit(1, 3);
  CHECK(partial(w1, 1, 1) == "part c1.1: piece"); // which makes no room
  CHECK(finish(w1, 1, 1) == "c1.3 to w1 (try 1), final c1.1: done");
  CHECK(queue.cancel(id_of(1, 2)));
  CHECK(submit(2, 1) == "");
  CHECK(finish(w1, 1, 2) == "c2.1 to w1 (try 1)"); // nobody waits for that answer
}

TEST_CASE_FIXTURE(fixture, "7-5 L2 a worker without a capacity holds one request at a time") {
  add(w1);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(submit(1, 2) == "");
  CHECK(submit(2, 1) == "");
  CHECK(queue.in_flight() == 1);
  CHECK(queue.waiting() == 2);
}

TEST_CASE_FIXTURE(fixture,
                  "18-12 O4 a partial answer reaches the client and leaves the worker busy") {
  add(w1);
  submit(1, 1);
  submit(1, 2);
  CHECK(partial(w1, 1, 1) == "part c1.1: piece");
  CHECK(partial(w1, 1, 1) == "part c1.1: piece");
  CHECK(queue.waiting() == 1);
  CHECK(finish(w1, 1, 1) == "c1.2 to w1 (try 1), final c1.1: done");
}

TEST_CASE_FIXTURE(fixture, "7-4 the worker that has waited longest is next") {
  add(w1);
  add(w2);
  add(w3);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(submit(1, 2) == "c1.2 to w2 (try 1)");
  finish(w2, 1, 2);
  finish(w1, 1, 1);
  CHECK(submit(1, 3) == "c1.3 to w3 (try 1)");
  CHECK(submit(1, 4) == "c1.4 to w2 (try 1)");
  CHECK(submit(1, 5) == "c1.5 to w1 (try 1)");
}

TEST_CASE_FIXTURE(fixture, "G7 a small load is spread before any worker is filled deeply") {
  add(w1, 64);
  add(w2, 64);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(submit(1, 2) == "c1.2 to w2 (try 1)");
  CHECK(submit(1, 3) == "c1.3 to w1 (try 1)");
  CHECK(submit(1, 4) == "c1.4 to w2 (try 1)");
}

TEST_CASE_FIXTURE(fixture, "a worker with a capacity holds that many, and answers in any order") {
  for (std::uint64_t i = 1; i <= 4; ++i)
    submit(1, i);
  CHECK(add(w1, 3) == "c1.1 to w1 (try 1), c1.2 to w1 (try 1), c1.3 to w1 (try 1)");
  CHECK(finish(w1, 1, 2) == "c1.4 to w1 (try 1), final c1.2: done");
  CHECK(finish(w1, 1, 4) == "final c1.4: done");
  CHECK(finish(w1, 1, 1) == "final c1.1: done");
  CHECK(finish(w1, 1, 3) == "final c1.3: done");
  CHECK(queue.in_flight() == 0);
}

TEST_CASE_FIXTURE(fixture, "7-3 O8 a flooding client does not starve another") {
  for (std::uint64_t i = 1; i <= 100; ++i)
    submit(1, i);
  submit(2, 1);
  submit(3, 1);
  submit(2, 2);
  CHECK(add(w1) == "c1.1 to w1 (try 1)");
  CHECK(finish(w1, 1, 1) == "c2.1 to w1 (try 1), final c1.1: done");
  CHECK(finish(w1, 2, 1) == "c3.1 to w1 (try 1), final c2.1: done");
  CHECK(finish(w1, 3, 1) == "c1.2 to w1 (try 1), final c3.1: done");
  CHECK(finish(w1, 1, 2) == "c2.2 to w1 (try 1), final c1.2: done");
  CHECK(finish(w1, 2, 2) == "c1.3 to w1 (try 1), final c2.2: done");
}

TEST_CASE_FIXTURE(fixture, "the requests of one client are dispatched in their order") {
  for (std::uint64_t i = 1; i <= 20; ++i)
    submit(1, i);
  std::string order = add(w1, 20);
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const auto mine = words(id_of(1, i)) + " to w1 (try 1)";
    REQUIRE(order.starts_with(mine));
    order.erase(0, mine.size() + 2);
  }
}

TEST_CASE_FIXTURE(fixture, "a request that is submitted twice is taken once") {
  add(w1);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(submit(1, 1) == "");
  submit(1, 2);
  CHECK(submit(1, 2) == "");
  CHECK(queue.counters().accepted == 2);
  CHECK(queue.waiting() == 1);
}

TEST_CASE_FIXTURE(fixture, "a worker that is added twice has its room once") {
  add(w1);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(add(w1, 10) == "");
  CHECK(submit(1, 2) == "");
  CHECK(queue.sinks() == 1);
}

TEST_CASE_FIXTURE(fixture, "7-12 a request that has waited for its time to live is refused") {
  submit(1, 1, at(10s));
  submit(1, 2, at(20s));
  submit(2, 1, at(15s));
  queue.tick(at(9s));
  CHECK(told(queue.actions()) == "");
  queue.tick(at(10s));
  CHECK(told(queue.actions()) == "refuse c1.1: expired");
  queue.tick(at(20s));
  CHECK(told(queue.actions()) == "refuse c1.2: expired, refuse c2.1: expired");
  CHECK(queue.waiting() == 0);
  CHECK(queue.footprint() == 0);
}

TEST_CASE_FIXTURE(fixture, "7-12 expired work is shed before dispatch, never sent to a worker") {
  submit(1, 1, at(10s));
  submit(1, 2, at(30s));
  queue.add_sink(w1, 1, at(10s));
  CHECK(told(queue.actions()) == "refuse c1.1: expired, c1.2 to w1 (try 1)");
}

TEST_CASE_FIXTURE(fixture, "a request that has expired when it comes is refused at the door") {
  add(w1);
  CHECK(submit(1, 1, at(0s)) == "refuse c1.1: expired");
  CHECK(queue.counters().accepted == 0);
}

TEST_CASE_FIXTURE(fixture, "a request a worker has is not expired: its answer may come any time") {
  add(w1);
  submit(1, 1, at(10s));
  queue.tick(at(1h));
  CHECK(told(queue.actions()) == "");
  CHECK(queue.next_deadline() == never);
  CHECK(finish(w1, 1, 1) == "final c1.1: done");
}

TEST_CASE_FIXTURE(fixture, "the clock is looked at while something waits, and only then") {
  CHECK(queue.next_deadline() == never);
  submit(1, 1, at(10s));
  auto due = queue.next_deadline();
  CHECK(due == at(0s) + defaults::housekeeping_interval);
  queue.tick(due);
  CHECK(queue.next_deadline() == due + defaults::housekeeping_interval);
  add(w1);
  CHECK(queue.next_deadline() == never);
}

TEST_CASE_FIXTURE(fixture, "a queue reports what it holds, whom it has and what it has done") {
  add(w1, 2);
  for (std::uint64_t i = 1; i <= 4; ++i)
    submit(1, i);
  finish(w1, 1, 1);
  queue.cancel(id_of(1, 2)); // in flight
  finish(w1, 1, 2);
  submit(2, 1, at(-1s));
  const auto report = queue.report(at(7s));
  CHECK(report.workers == 1);
  CHECK(report.in_flight == 2);
  CHECK(report.waiting == 0);
  CHECK(report.bytes == queue.footprint());
  CHECK(report.oldest_waiting == 0s);
  CHECK(report.counters.accepted == 4);
  CHECK(report.counters.answered == 1);
  CHECK(report.counters.unwanted_answers == 1);
  CHECK(report.counters.refused == 1);
  CHECK(report.counters.expired == 1);
  submit(3, 1);
  CHECK(queue.report(at(7s)).oldest_waiting == 7s);
  CHECK(queue.report(at(7s)).details.empty());
  const auto details = queue.report(at(7s), true).details;
  REQUIRE(details.size() == 1);
  CHECK(details[0].sink == w1);
  CHECK(details[0].capacity == 2);
  CHECK(details[0].in_flight == 2);
  CHECK(details[0].place == 0);
  CHECK(details[0].why == "full");
}
