#include "mdp/engine/service_queue.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

// Everything a remote can make a queue hold is bounded (T8, Z7, Z8), and everything it refuses is
// counted.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr sink_id w1{1};
constexpr sink_id w2{2};

struct fixture {
  explicit fixture(std::size_t max_requests = 3, std::size_t max_bytes = 1'000'000)
      : queue(config(max_requests, max_bytes)) {}

  static queue_config config(std::size_t max_requests, std::size_t max_bytes) {
    queue_config bounds;
    bounds.max_requests = max_requests;
    bounds.max_bytes = max_bytes;
    return bounds;
  }

  service_queue queue;

  std::string submit(std::uint64_t client, std::uint64_t sequence) {
    return submit(job_of(client, sequence));
  }
  std::string submit(job what) {
    queue.submit(std::move(what), at(0s));
    return told(queue.actions());
  }
  std::string add(sink_id sink, std::uint32_t capacity = 1) {
    queue.add_sink(sink, capacity, at(0s));
    return told(queue.actions());
  }
  std::string lose(sink_id sink) {
    queue.remove_sink(sink, at(1s));
    return told(queue.actions());
  }
  std::string finish(sink_id sink, std::uint64_t client, std::uint64_t sequence,
                     attempt_number attempt = 1) {
    queue.finish(sink, id_of(client, sequence), attempt, body({"done"}), at(1s));
    return told(queue.actions());
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "Z8 requests that wait are bounded") {
  for (std::uint64_t i = 1; i <= 3; ++i)
    CHECK(submit(i, 1) == "");
  CHECK(submit(4, 1) == "refuse c4.1: queue_full");
  CHECK(queue.waiting() == 3);
  CHECK(queue.counters().refused == 1);
  CHECK(queue.counters().accepted == 3);
}

TEST_CASE_FIXTURE(fixture, "what goes straight to a worker does not count as waiting") {
  add(w1, 5);
  for (std::uint64_t i = 1; i <= 5; ++i)
    CHECK(submit(1, i) == "c1." + std::to_string(i) + " to w1 (try 1)");
  CHECK(queue.waiting() == 0);
  for (std::uint64_t i = 6; i <= 8; ++i)
    CHECK(submit(1, i) == "");
  CHECK(submit(1, 9) == "refuse c1.9: queue_full");
}

TEST_CASE("a queue without room for waiting ones serves an idle worker all the same") {
  fixture f(0);
  CHECK(f.submit(1, 1) == "refuse c1.1: queue_full");
  f.add(w1);
  CHECK(f.submit(1, 2) == "c1.2 to w1 (try 1)");
  CHECK(f.submit(1, 3) == "refuse c1.3: queue_full");
}

TEST_CASE_FIXTURE(fixture, "T13 what comes back is kept although the queue is full") {
  add(w1, 3);
  for (std::uint64_t i = 1; i <= 6; ++i)
    submit(1, i);
  CHECK(queue.waiting() == 3);
  CHECK(lose(w1) == "");
  CHECK(queue.waiting() == 6);
  CHECK(submit(2, 1) == "refuse c2.1: queue_full");
}

TEST_CASE("Z8 the memory of all requests is bounded, those in flight included") {
  const auto one = job_of(1, 1).footprint();
  fixture f(1000, 2 * one);
  f.add(w1);
  CHECK(f.submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(f.queue.footprint() == one);
  CHECK(f.submit(1, 2) == "");
  CHECK(f.queue.footprint() == 2 * one);
  CHECK(f.submit(1, 3) == "refuse c1.3: memory_full");
  CHECK(f.finish(w1, 1, 1) == "c1.2 to w1 (try 1), final c1.1: done");
  CHECK(f.submit(1, 4) == "");
  CHECK(f.queue.footprint() == 2 * one);
}

TEST_CASE("T23 memory is counted, not payload") {
  fixture f;
  auto small = job_of(1, 1);
  f.submit(small);
  CHECK(f.queue.footprint() == small.footprint());
  CHECK(f.queue.footprint() > small.body.byte_count() + small.client_address.text().size());

  auto large = job_of(1, 2);
  large.body.append(frame(std::string(10'000, 'x')));
  f.submit(large);
  CHECK(f.queue.footprint() == small.footprint() + large.footprint());
  CHECK(large.footprint() >= 10'000);
}

TEST_CASE("one request larger than the whole bound is refused, also when nothing else is here") {
  fixture f(10, 100);
  CHECK(f.submit(1, 1) == "refuse c1.1: memory_full");
  CHECK(f.queue.is_idle());
}

TEST_CASE_FIXTURE(fixture, "M7 the footprint returns to nothing, whatever way requests leave") {
  add(w1);
  submit(1, 1); // will be answered
  submit(1, 2); // will be cancelled
  submit(1, 3); // will lose its worker until it is given up
  CHECK(finish(w1, 1, 1) == "c1.2 to w1 (try 1), final c1.1: done");
  queue.cancel(id_of(1, 2));
  CHECK(finish(w1, 1, 2) == "c1.3 to w1 (try 1)");
  lose(w1);
  for (std::uint64_t sink = 2; sink <= 3; ++sink) {
    add(sink_id{sink});
    lose(sink_id{sink});
  }
  CHECK(queue.footprint() == 0);
  CHECK(queue.is_idle());
  const auto& counted = queue.counters();
  CHECK(counted.accepted == counted.answered + counted.cancelled + counted.refused);
}

TEST_CASE_FIXTURE(fixture, "T8 a queue is idle when it has neither requests nor workers") {
  CHECK(queue.is_idle());
  add(w1);
  CHECK_FALSE(queue.is_idle());
  submit(1, 1);
  lose(w1);
  CHECK_FALSE(queue.is_idle());
  queue.cancel(id_of(1, 1));
  CHECK(queue.is_idle());
}

TEST_CASE_FIXTURE(fixture, "T15 a queue that stops refuses what waits and lets workers finish") {
  add(w1);
  submit(1, 1);
  submit(1, 2);
  submit(2, 1);
  queue.stop();
  CHECK(told(queue.actions()) == "refuse c2.1: stopping, refuse c1.2: stopping");
  CHECK(queue.in_flight() == 1);
  CHECK(finish(w1, 1, 1) == "final c1.1: done");
  CHECK(queue.footprint() == 0);
}

TEST_CASE_FIXTURE(fixture, "T15 a queue that stops takes nothing more") {
  add(w1);
  queue.stop();
  CHECK(submit(1, 1) == "refuse c1.1: stopping");
  CHECK(queue.counters().accepted == 0);
}

TEST_CASE_FIXTURE(fixture, "T15 what a stopping queue gets back goes to an idle worker") {
  add(w1);
  add(w2);
  submit(1, 1);
  queue.stop();
  CHECK(lose(w1) == "c1.1 to w2 (try 2)");
  CHECK(finish(w2, 1, 1, 2) == "final c1.1: done");
}

TEST_CASE_FIXTURE(fixture, "T15 what a stopping queue gets back and cannot give away is refused") {
  add(w1, 3);
  add(w2, 1);
  for (std::uint64_t i = 1; i <= 3; ++i)
    submit(1, i); // the second one is at w2
  queue.stop();
  CHECK(lose(w1) == "refuse c1.1: stopping, refuse c1.3: stopping");
  CHECK(queue.waiting() == 0);
  CHECK(queue.in_flight() == 1);
}

TEST_CASE_FIXTURE(fixture, "Z6 the number of workers is what is really there") {
  add(w1);
  add(w2);
  submit(1, 1);
  CHECK(queue.sinks() == 2);
  lose(w1); // busy
  CHECK(queue.sinks() == 1);
  lose(w2);
  CHECK(queue.sinks() == 0);
}

TEST_CASE("all queues of a broker draw from one budget, which gets back what has left") {
  const auto budget = std::make_shared<broker_budget>(budget_config{3, 1'000'000});
  service_queue one(queue_config{}, budget);
  {
    service_queue other(queue_config{}, budget);
    const auto submit = [](service_queue& queue, std::uint64_t client) {
      queue.submit(job_of(client, 1), at(0s));
      return told(queue.actions());
    };
    CHECK(submit(one, 1) == "");
    CHECK(submit(other, 2) == "");
    CHECK(submit(other, 3) == "");
    CHECK(submit(one, 4) == "refuse c4.1: broker_full");
    CHECK(budget->bytes() == one.footprint() + other.footprint());
    one.add_sink(w1, 1, at(0s));
    CHECK(told(one.actions()) == "c1.1 to w1 (try 1)");
    CHECK(submit(one, 5) == "refuse c5.1: broker_full"); // in flight is not answered yet
    one.finish(w1, id_of(1, 1), 1, body({"done"}), at(0s));
    CHECK(told(one.actions()) == "final c1.1: done");
    CHECK(submit(one, 6) == "c6.1 to w1 (try 1)");
    other.cancel(id_of(2, 1));
    CHECK(budget->requests() == 2);
  }
  CHECK(budget->requests() == 1); // the other queue is gone with what it held
}

TEST_CASE("T23 the memory of all requests of a broker is bounded together") {
  const auto footprint = job_of(1, 1).footprint();
  const auto budget = std::make_shared<broker_budget>(budget_config{100, 2 * footprint});
  service_queue queue(queue_config{}, budget);
  for (std::uint64_t i = 1; i <= 3; ++i)
    queue.submit(job_of(i, 1), at(0s));
  CHECK(told(queue.actions()) == "refuse c3.1: broker_memory_full");
  queue.stop();
  CHECK(budget->bytes() == 0);
}
