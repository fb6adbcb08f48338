#include "mdp/engine/service_queue.hpp"
#include "support/counted_allocations.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

// What becomes of requests whose worker or client is lost.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr sink_id w1{1};
constexpr sink_id w2{2};
constexpr sink_id w3{3};

queue_config with(delivery promise, attempt_number attempts = 3) {
  queue_config config;
  config.promise = promise;
  config.attempts = attempts;
  return config;
}

struct fixture {
  explicit fixture(const queue_config& config = {}) : queue(config) {}

  service_queue queue;

  std::string submit(std::uint64_t client, std::uint64_t sequence, time_point deadline = never) {
    queue.submit(job_of(client, sequence, deadline), at(0s));
    return told(queue.actions());
  }
  std::string add(sink_id sink, std::uint32_t capacity = 1) {
    queue.add_sink(sink, capacity, at(0s));
    return told(queue.actions());
  }
  std::string lose(sink_id sink, time_point now = at(1s)) {
    queue.remove_sink(sink, now);
    return told(queue.actions());
  }
  std::string lose_undelivered(sink_id sink, const std::vector<job_id>& undelivered) {
    queue.remove_sink(sink, at(1s), undelivered);
    return told(queue.actions());
  }
  std::string finish(sink_id sink, std::uint64_t client, std::uint64_t sequence,
                     attempt_number attempt) {
    queue.finish(sink, id_of(client, sequence), attempt, body({"done"}), at(1s));
    return told(queue.actions());
  }
  std::string cancel(std::uint64_t client, std::uint64_t sequence) {
    queue.cancel(id_of(client, sequence));
    return told(queue.actions());
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "7-41 the request of a lost worker goes to another") {
  add(w1);
  add(w2);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  CHECK(lose(w1) == "c1.1 to w2 (try 2)");
  CHECK(finish(w2, 1, 1, 2) == "final c1.1: done");
  CHECK(queue.counters().retried == 1);
}

TEST_CASE_FIXTURE(fixture, "7-41 the request of the only worker waits for the next one") {
  add(w1);
  submit(1, 1);
  CHECK(lose(w1) == "");
  CHECK(queue.waiting() == 1);
  CHECK(queue.next_deadline() != never); // it can expire
  CHECK(add(w2) == "c1.1 to w2 (try 2)");
}

TEST_CASE_FIXTURE(fixture, "T13 what comes back goes before all that waits, oldest first") {
  add(w1, 3);
  for (std::uint64_t i = 1; i <= 5; ++i)
    submit(1, i);
  submit(2, 1);
  CHECK(lose(w1) == "");
  CHECK(add(w2, 6) ==
        "c1.1 to w2 (try 2), c1.2 to w2 (try 2), c1.3 to w2 (try 2), c2.1 to w2 (try 1), "
        "c1.4 to w2 (try 1), c1.5 to w2 (try 1)");
}

TEST_CASE_FIXTURE(fixture, "T13 each request keeps its own count of attempts") {
  add(w1, 2);
  submit(1, 1);
  lose(w1);
  add(w2, 2);
  submit(1, 2);
  CHECK(lose(w2) == "");
  CHECK(add(w3, 2) == "c1.1 to w3 (try 3), c1.2 to w3 (try 2)");
}

TEST_CASE_FIXTURE(fixture,
                  "T22 a dead idle worker is found at the send, and the next one gets it") {
  add(w1);
  add(w2);
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)"); // the socket then says that w1 is unreachable
  CHECK(lose(w1) == "c1.1 to w2 (try 2)");     // and the same step has given it to w2
}

TEST_CASE_FIXTURE(fixture, "T22 idle workers that are gone get nothing") {
  add(w1);
  add(w2);
  lose(w1);
  CHECK(submit(1, 1) == "c1.1 to w2 (try 1)");
  CHECK(queue.sinks() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "T22 any number of dead idle workers costs a request none of its attempts") {
  for (std::uint64_t i = 1; i <= 10; ++i)
    add(sink_id{i});
  CHECK(submit(1, 1) == "c1.1 to w1 (try 1)");
  for (std::uint64_t i = 1; i < 10; ++i)
    CHECK(lose_undelivered(sink_id{i}, {id_of(1, 1)}) ==
          "c1.1 to w" + std::to_string(i + 1) + " (try 1)");
  CHECK(finish(sink_id{10}, 1, 1, 1) == "final c1.1: done");
}

TEST_CASE("T22 a request that never left may be given to another, even at most once") {
  fixture f(with(delivery::at_most_once));
  f.add(w1, 2);
  f.add(w2, 2);
  f.submit(1, 1);
  CHECK(f.lose_undelivered(w1, {id_of(1, 1)}) == "c1.1 to w2 (try 1)");
  CHECK(f.lose(w2) == "bury c1.1 (try 1), refuse c1.1: attempts_used_up");
}

TEST_CASE("T22 only what never left is spared, the rest may have been begun") {
  fixture f(with(delivery::at_most_once));
  f.add(w1, 3);
  for (std::uint64_t i = 1; i <= 3; ++i)
    f.submit(1, i);
  CHECK(f.lose_undelivered(w1, {id_of(1, 2), id_of(1, 3)}) ==
        "bury c1.1 (try 1), refuse c1.1: attempts_used_up");
  CHECK(f.add(w2, 3) == "c1.2 to w2 (try 1), c1.3 to w2 (try 1)");
}

TEST_CASE_FIXTURE(fixture, "a sink's jobs in flight can be named, and only those") {
  CHECK(queue.jobs_at(w1).empty());
  add(w1, 2);
  add(w2);
  for (std::uint64_t i = 1; i <= 4; ++i)
    submit(1, i); // 1 and 3 to w1, 2 to w2, 4 waits
  auto jobs = queue.jobs_at(w1);
  std::sort(jobs.begin(), jobs.end());
  CHECK(jobs == std::vector<job_id>{id_of(1, 1), id_of(1, 3)});
  CHECK(queue.jobs_at(w2) == std::vector<job_id>{id_of(1, 2)});
  CHECK(queue.jobs_at(w3).empty());
  lose(w1);
  CHECK(queue.jobs_at(w1).empty());
}

TEST_CASE_FIXTURE(
  fixture, "T22 what is said to be undelivered, but is not with that worker, stays as it is") {
  add(w1);
  add(w2);
  submit(1, 1);
  submit(2, 1);
  CHECK(lose_undelivered(w1, {id_of(2, 1), id_of(9, 9)}) == "");
  CHECK(add(w3) == "c1.1 to w3 (try 2)");
  CHECK(finish(w2, 2, 1, 1) == "final c2.1: done");
}

TEST_CASE_FIXTURE(fixture, "a request is given up when every worker that tried it was lost") {
  submit(1, 1);
  for (const auto sink : {w1, w2}) {
    add(sink);
    CHECK(lose(sink) == "");
  }
  CHECK(add(w3) == "c1.1 to w3 (try 3)");
  CHECK(lose(w3) == "bury c1.1 (try 3), refuse c1.1: attempts_used_up");
  CHECK(queue.is_idle());
  CHECK(queue.footprint() == 0);
}

TEST_CASE("a request of a service that promises at most once is not tried again") {
  fixture f(with(delivery::at_most_once));
  f.add(w1, 2);
  f.add(w2);
  f.submit(1, 1);
  CHECK(f.lose(w1) == "bury c1.1 (try 1), refuse c1.1: attempts_used_up");
  CHECK(f.queue.counters().retried == 0);
}

TEST_CASE("a request that is given up is handed out whole, for those who look at such") {
  fixture f(with(delivery::at_most_once));
  f.add(w1);
  f.queue.submit({id_of(5, 9), frame("an address"), body({"a", "", "c"}), never}, at(0s));
  static_cast<void>(told(f.queue.actions()));
  f.queue.remove_sink(w1, at(0s));
  int buried = 0;
  f.queue.actions().drain([&](queue_action&& action) {
    if (const auto* dead = std::get_if<bury_job>(&action)) {
      ++buried;
      CHECK(dead->attempts == 1);
      CHECK(dead->what.client_address == "an address");
      CHECK(dead->what.body == body({"a", "", "c"}));
    }
  });
  CHECK(buried == 1);
}

TEST_CASE("with one attempt the first loss is the last") {
  fixture f(with(delivery::at_least_once, 1));
  f.add(w1);
  f.submit(1, 1);
  CHECK(f.lose(w1) == "bury c1.1 (try 1), refuse c1.1: attempts_used_up");
}

TEST_CASE_FIXTURE(fixture, "a request that came back and has expired meanwhile is refused") {
  add(w1);
  submit(1, 1, at(10s));
  CHECK(lose(w1, at(20s)) == "");
  queue.tick(queue.next_deadline());
  CHECK(told(queue.actions()) == "refuse c1.1: expired");
}

TEST_CASE_FIXTURE(fixture, "T6 the late answer of a lost worker is dropped and counted") {
  add(w1);
  submit(1, 1);
  lose(w1);
  CHECK(finish(w1, 1, 1, 1) == ""); // while it waits for the next
  add(w2);
  CHECK(finish(w1, 1, 1, 1) == ""); // while the next works on it
  CHECK(finish(w1, 1, 1, 2) == ""); // right attempt, wrong worker
  CHECK(finish(w2, 1, 1, 1) == ""); // right worker, old attempt
  CHECK(finish(w2, 1, 1, 2) == "final c1.1: done");
  CHECK(finish(w1, 1, 1, 1) == ""); // after the end
  CHECK(queue.counters().late_answers == 5);
}

TEST_CASE_FIXTURE(fixture, "T6 late partial answers are dropped and counted") {
  add(w1);
  submit(1, 1);
  lose(w1);
  add(w2);
  queue.partial(w1, id_of(1, 1), 1, body({"stale"}));
  CHECK(told(queue.actions()) == "");
  queue.partial(w2, id_of(1, 1), 2, body({"fresh"}));
  CHECK(told(queue.actions()) == "part c1.1: fresh");
  CHECK(queue.counters().late_answers == 1);
}

TEST_CASE_FIXTURE(fixture, "T6 a second final answer to one request does not exist") {
  add(w1);
  submit(1, 1);
  CHECK(finish(w1, 1, 1, 1) == "final c1.1: done");
  CHECK(finish(w1, 1, 1, 1) == "");
  CHECK(queue.counters().answered == 1);
}

TEST_CASE_FIXTURE(fixture, "T6 an answer without a request is dropped") {
  add(w1);
  CHECK(finish(w1, 9, 9, 1) == "");
  CHECK(queue.counters().late_answers == 1);
}

TEST_CASE_FIXTURE(fixture, "losing a worker that is not there changes nothing") {
  submit(1, 1);
  CHECK(lose(w3) == "");
  CHECK(queue.waiting() == 1);
}

TEST_CASE_FIXTURE(fixture, "T5 a waiting request whose client is gone is forgotten") {
  submit(1, 1);
  submit(2, 1);
  CHECK(cancel(1, 1) == "");
  CHECK(queue.waiting() == 1);
  CHECK(add(w1, 2) == "c2.1 to w1 (try 1)");
  CHECK(queue.counters().cancelled == 1);
}

TEST_CASE_FIXTURE(fixture, "T5 a request that came back is forgotten as well") {
  add(w1);
  submit(1, 1);
  lose(w1);
  CHECK(cancel(1, 1) == "");
  CHECK(queue.is_idle());
  CHECK(queue.footprint() == 0);
}

TEST_CASE_FIXTURE(fixture, "T5 O3 work for a client that is gone goes on, but nobody hears of it") {
  add(w1);
  submit(1, 1);
  submit(2, 1);
  CHECK(cancel(1, 1) == "");
  queue.partial(w1, id_of(1, 1), 1, body({"piece"}));
  CHECK(told(queue.actions()) == "");
  CHECK(finish(w1, 1, 1, 1) == "c2.1 to w1 (try 1)");
  CHECK(queue.counters().cancelled == 1);
  CHECK(queue.counters().answered == 0);
}

TEST_CASE_FIXTURE(fixture, "T5 work for a client that is gone is not given to a second worker") {
  add(w1);
  submit(1, 1);
  cancel(1, 1);
  cancel(1, 1);
  add(w2);
  CHECK(lose(w1) == "");
  CHECK(queue.in_flight() == 0);
  CHECK(queue.waiting() == 0);
  CHECK(queue.footprint() == 0);
  CHECK(queue.counters().cancelled == 1);
}

TEST_CASE_FIXTURE(fixture, "cancelling what is not here changes nothing") {
  CHECK(cancel(7, 7) == "");
  CHECK(queue.counters().cancelled == 0);
}

TEST_CASE("an answer is there still when memory ends while the next request is given out") {
  std::uint64_t lacking = 0;
  for (std::uint64_t allowed = 0;; ++allowed) {
    fixture f;
    for (std::uint64_t round = 0; round < 2; ++round) { // has room for two actions, each time
      f.submit(1, 4 * round + 1);
      f.submit(1, 4 * round + 2);
      f.add(w2, 2);
      f.finish(w2, 1, 4 * round + 1, 1);
      f.finish(w2, 1, 4 * round + 2, 1);
      f.lose(w2);
    }
    f.add(w1);
    f.submit(1, 21);
    f.submit(1, 22);
    auto answer = body({"done"});
    bool has_thrown = false;
    test::allow_allocations(allowed);
    try {
      f.queue.finish(w1, id_of(1, 21), 1, std::move(answer), at(1s));
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    test::allow_allocations(test::any_number);
    if (!has_thrown) {
      CHECK(told(f.queue.actions()) == "c1.22 to w1 (try 1), final c1.21: done");
      break;
    }
    ++lacking;
    CHECK(told(f.queue.actions()) == "final c1.21: done");
    CHECK(f.lose(w1) == "");
    CHECK(f.queue.waiting() == 1); // for the next worker
  }
  CHECK(lacking > 0);
}
