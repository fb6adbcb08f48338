#include "mdp/engine/service_queue.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <string>

// Requests that one worker and no other may have.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr sink_id w1{1};
constexpr sink_id w2{2};

struct fixture {
  explicit fixture(const queue_config& config = {}) : queue(config) {
    queue.add_sink(w1, 1, at(0s));
    queue.add_sink(w2, 1, at(0s));
  }

  std::string told_now() {
    CHECK(!queue.is_stuck());
    return told(queue.actions());
  }
  std::string submit(std::uint64_t client, std::uint64_t sequence) {
    queue.submit(job_of(client, sequence), at(0s));
    return told_now();
  }
  std::string submit_to(sink_id sink, std::uint64_t client, std::uint64_t sequence,
                        time_point deadline = never) {
    queue.submit_to(sink, job_of(client, sequence, deadline), at(0s));
    return told_now();
  }
  std::string finish(sink_id sink, std::uint64_t client, std::uint64_t sequence) {
    queue.finish(sink, id_of(client, sequence), 1, body({"done"}), at(1s));
    return told_now();
  }
  std::string lose(sink_id sink, std::vector<job_id> undelivered = {}) {
    queue.remove_sink(sink, at(1s), undelivered);
    return told_now();
  }

  service_queue queue;
};

} // namespace

TEST_CASE_FIXTURE(
  fixture, "a request for one worker goes to that, though another has been idle for longer") {
  CHECK(submit_to(w2, 1, 1) == "c1.1 to w2 (try 1)");
  CHECK(queue.in_flight() == 1);
  CHECK(submit_to(w2, 1, 1) == ""); // known already
  CHECK(finish(w2, 1, 1) == "final c1.1: done");
  CHECK(queue.footprint() == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "it waits for that worker though another is idle, which others may have") {
  submit_to(w2, 1, 1);
  CHECK(submit_to(w2, 1, 2) == "");
  CHECK(queue.waiting() == 1);
  CHECK(submit(2, 1) == "c2.1 to w1 (try 1)");
  CHECK(finish(w1, 2, 1) == "final c2.1: done");
  CHECK(finish(w2, 1, 1) == "c1.2 to w2 (try 1), final c1.1: done");
  CHECK(queue.waiting() == 0);
}

TEST_CASE_FIXTURE(
  fixture, "who waits for one worker gets it when all whose turn it was have waited for too long") {
  submit_to(w1, 1, 1);
  submit_to(w2, 1, 2);
  submit_to(w1, 1, 3);
  submit_to(w1, 1, 4);
  queue.submit(job_of(2, 1, at(1s)), at(0s)); // when the workers finish, it has expired
  CHECK(finish(w1, 1, 1) == "c1.3 to w1 (try 1), final c1.1: done");
  CHECK(finish(w1, 1, 3) == "refuse c2.1: expired, c1.4 to w1 (try 1), final c1.3: done");
}

TEST_CASE_FIXTURE(fixture, "who waits for one worker and who waits for any take turns") {
  submit_to(w1, 1, 1);
  submit_to(w2, 1, 2);
  for (std::uint64_t i = 3; i <= 5; ++i)
    submit_to(w1, 1, i);
  submit(2, 1);
  submit(2, 2);
  CHECK(finish(w1, 1, 1) == "c1.3 to w1 (try 1), final c1.1: done");
  CHECK(finish(w1, 1, 3) == "c2.1 to w1 (try 1), final c1.3: done");
  CHECK(finish(w1, 2, 1) == "c1.4 to w1 (try 1), final c2.1: done");
  CHECK(finish(w2, 1, 2) == "c2.2 to w2 (try 1), final c1.2: done");
  CHECK(finish(w1, 1, 4) == "c1.5 to w1 (try 1), final c1.4: done"); // nobody else waits
}

TEST_CASE_FIXTURE(fixture,
                  "a worker that is not there, or goes, gives back what was for it alone") {
  CHECK(submit_to(sink_id{9}, 1, 1) == "return pinned c1.1");
  submit_to(w2, 1, 2);
  submit_to(w2, 1, 3);
  submit(2, 1);
  submit(2, 2);
  CHECK(lose(w2) == "return pinned c1.3, return pinned c1.2 (tried 1)");
  CHECK(queue.waiting() == 1);
  CHECK(queue.in_flight() == 1);
  CHECK(finish(w1, 2, 1) == "c2.2 to w1 (try 1), final c2.1: done");
}

TEST_CASE("its tries count like all others, and where there is but one it is not tried again") {
  queue_config config;
  config.attempts = 2;
  fixture f(config);
  auto tried = job_of(1, 1);
  tried.attempts = 1;
  tried.was_accepted = true;
  f.queue.submit_to(w2, tried, at(0s));
  CHECK(f.told_now() == "c1.1 to w2 (try 2)");
  CHECK(f.lose(w2) == "bury c1.1 (try 2), refuse c1.1: attempts_used_up");
  CHECK(f.queue.counters().accepted == 0);
  config.promise = delivery::at_most_once;
  fixture g(config);
  g.submit_to(w1, 1, 1);
  g.submit_to(w2, 1, 2);
  CHECK(g.lose(w1) == "bury c1.1 (try 1), refuse c1.1: attempts_used_up");
  CHECK(g.lose(w2, {id_of(1, 2)}) == "return pinned c1.2"); // it never got there
}

TEST_CASE_FIXTURE(fixture,
                  "what waits for one worker expires, is cancelled, and is refused at the end") {
  submit_to(w1, 1, 1);
  submit_to(w1, 1, 2, at(5s));
  submit_to(w1, 1, 3);
  submit_to(w1, 1, 4);
  CHECK(queue.next_deadline() <= at(1s));
  queue.cancel(id_of(1, 3));
  CHECK(queue.waiting() == 2);
  queue.tick(at(6s));
  CHECK(told_now() == "refuse c1.2: expired");
  queue.yield_waiting(); // nobody else may have it
  CHECK(told_now() == "");
  queue.stop();
  CHECK(told_now() == "refuse c1.4: stopping");
  CHECK(queue.next_deadline() == never);
  CHECK(finish(w1, 1, 1) == "final c1.1: done");
  CHECK(queue.footprint() == 0);
}

TEST_CASE(
  "what waits for one worker counts in the queue's bound, and expires at the worker's door") {
  queue_config config;
  config.max_requests = 2;
  fixture f(config);
  f.submit_to(w1, 1, 1);
  f.submit_to(w1, 1, 2, at(1s));
  f.submit_to(w1, 1, 3);
  CHECK(f.submit_to(w1, 1, 4) == "refuse c1.4: queue_full");
  CHECK(f.submit_to(w2, 1, 5) == "c1.5 to w2 (try 1)");
  CHECK(f.submit(2, 1) == "refuse c2.1: queue_full");
  CHECK(f.queue.report(at(3s)).oldest_waiting == 3s);
  CHECK(f.finish(w1, 1, 1) == "refuse c1.2: expired, c1.3 to w1 (try 1), final c1.1: done");
}
