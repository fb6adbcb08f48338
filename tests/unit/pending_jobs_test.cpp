#include "mdp/engine/pending_jobs.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <list>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

struct fixture {
  std::list<queued_job> jobs; // the owner, which does not move them
  pending_jobs pending;

  queued_job& make(std::uint64_t client, std::uint64_t sequence, time_point deadline = never) {
    auto& job = jobs.emplace_back();
    job.what = job_of(client, sequence, deadline);
    job.order = jobs.size();
    return job;
  }
  queued_job& add(std::uint64_t client, std::uint64_t sequence, time_point deadline = never) {
    auto& job = make(client, sequence, deadline);
    pending.add(job);
    return job;
  }
  std::string take() {
    const auto* job = pending.take();
    return job == nullptr ? "nothing" : words(job->what.id);
  }
  std::string take(std::size_t count) {
    std::string order;
    for (; count > 0; --count)
      order.append(order.empty() ? "" : " ").append(take());
    return order;
  }
  std::string take_all() {
    std::string order;
    while (!pending.empty())
      order.append(order.empty() ? "" : " ").append(take());
    return order;
  }
  std::string take_expired(time_point now) {
    std::string order;
    pending.take_expired(now, [&](const queued_job& job) {
      order.append(order.empty() ? "" : " ").append(words(job.what.id));
    });
    return order;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "the oldest of all waiting requests is known, whoever's turn it is") {
  CHECK(pending.oldest() == nullptr);
  auto& returned = make(9, 1);
  add(1, 1);
  add(2, 1);
  add(1, 2);
  CHECK(words(pending.oldest()->what.id) == "c1.1");
  pending.put_back(returned);
  CHECK(words(pending.oldest()->what.id) == "c9.1");
  take();
  take();
  CHECK(words(pending.oldest()->what.id) == "c2.1");
  take_all();
  CHECK(pending.oldest() == nullptr);
}

TEST_CASE_FIXTURE(fixture, "where nothing waits there is nothing to take") {
  CHECK(pending.empty());
  CHECK(take() == "nothing");
  CHECK(take_expired(never) == "");
}

TEST_CASE_FIXTURE(fixture, "7-3 clients take turns, one request each") {
  for (std::uint64_t i = 1; i <= 3; ++i)
    add(1, i);
  for (std::uint64_t i = 1; i <= 2; ++i)
    add(2, i);
  add(3, 1);
  CHECK(pending.size() == 6);
  CHECK(take_all() == "c1.1 c2.1 c3.1 c1.2 c2.2 c1.3");
  CHECK(pending.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "7-3 who comes later is served before a client that had its turn") {
  for (std::uint64_t i = 1; i <= 1000; ++i)
    add(1, i);
  CHECK(take() == "c1.1");
  add(2, 1);
  CHECK(take() == "c2.1");
  CHECK(take() == "c1.2");
}

TEST_CASE_FIXTURE(fixture, "7-3 newcomers without end do not keep the others from their turns") {
  add(1, 1);
  add(1, 2);
  CHECK(take() == "c1.1");
  std::size_t served_before = 0;
  for (std::uint64_t newcomer = 2; newcomer < 1000; ++newcomer) {
    add(newcomer, 1);
    if (take() == "c1.2")
      break;
    ++served_before;
  }
  CHECK(served_before == defaults::round_newcomers + 1); // and as many as began the round
}

TEST_CASE_FIXTURE(fixture, "7-3 a client that was served in this round is no newcomer to it") {
  add(1, 1);
  CHECK(take() == "c1.1");
  add(1, 2);
  add(2, 1);
  CHECK(take_all() == "c2.1 c1.2");
}

TEST_CASE_FIXTURE(fixture, "7-3 while all who wait have many waiting a turn is of several") {
  for (std::uint64_t client = 1; client <= 2; ++client)
    for (std::uint64_t i = 1; i <= 11; ++i)
      add(client, i);
  CHECK(take(10) == "c1.1 c1.2 c1.3 c1.4 c2.1 c2.2 c2.3 c2.4 c1.5 c1.6");
  SUBCASE("until somebody comes who had nothing waiting") {
    add(3, 1);
    CHECK(take(2) == "c2.5 c3.1");
    CHECK(take(5) == "c1.7 c1.8 c1.9 c1.10 c2.6");
  }
  SUBCASE("or who had his turn, and nothing more") {
    add(3, 1);
    CHECK(take(3) == "c2.5 c3.1 c1.7");
    add(3, 2);
    CHECK(take(3) == "c2.6 c3.2 c1.8");
  }
  SUBCASE("or somebody has fewer") {
    CHECK(take_all() == "c1.7 c1.8 c2.5 c1.9 c2.6 c1.10 c2.7 c1.11 c2.8 c2.9 c2.10 c2.11");
  }
}

TEST_CASE_FIXTURE(fixture, "a turn is over when all that is left in it is taken out") {
  std::vector<queued_job*> first;
  for (std::uint64_t i = 1; i <= 9; ++i)
    first.push_back(&add(1, i));
  for (std::uint64_t i = 1; i <= 9; ++i)
    add(2, i);
  CHECK(take(2) == "c1.1 c1.2");
  for (std::size_t i = 2; i < first.size(); ++i)
    pending.remove(*first[i]);
  CHECK(take(9) == "c2.1 c2.2 c2.3 c2.4 c2.5 c2.6 c2.7 c2.8 c2.9");
}

TEST_CASE_FIXTURE(fixture, "a client that was served and asks again is behind the others") {
  add(1, 1);
  add(2, 1);
  CHECK(take() == "c1.1");
  add(1, 2);
  CHECK(take() == "c2.1");
  CHECK(take() == "c1.2");
}

TEST_CASE_FIXTURE(fixture, "T13 what comes back goes first, in the order in which it came first") {
  add(1, 1);
  add(2, 1);
  add(2, 2);
  auto* const first = pending.take();
  auto* const second = pending.take();
  add(3, 1);
  pending.put_back(*second);
  pending.put_back(*first);
  CHECK(pending.size() == 4);
  CHECK(take_all() == "c1.1 c2.1 c3.1 c2.2");
}

TEST_CASE_FIXTURE(fixture, "putting the same one back twice is a bug of ours") {
  CHECK(aborts([this] {
    auto& job = make(1, 1);
    pending.put_back(job);
    pending.put_back(job);
  }));
}

TEST_CASE_FIXTURE(fixture, "one can be taken out of the front, the middle and the end of a line") {
  for (std::uint64_t i = 1; i <= 5; ++i)
    add(1, i);
  add(2, 1);
  for (const auto sequence : {1, 3, 5}) {
    for (auto& job : jobs)
      if (job.what.id == id_of(1, static_cast<std::uint64_t>(sequence)))
        pending.remove(job);
  }
  CHECK(pending.size() == 3);
  CHECK(take_all() == "c1.2 c2.1 c1.4");
}

TEST_CASE_FIXTURE(fixture, "a client whose last one was taken out has no turn") {
  auto& only = add(1, 1);
  add(2, 1);
  pending.remove(only);
  CHECK(take_all() == "c2.1");
  add(1, 2);
  CHECK(take_all() == "c1.2");
}

TEST_CASE_FIXTURE(fixture, "one that came back can be taken out") {
  add(1, 1);
  auto* const job = pending.take();
  pending.put_back(*job);
  pending.remove(*job);
  CHECK(pending.empty());
}

TEST_CASE_FIXTURE(fixture, "taking out one that is not here is a bug of ours") {
  CHECK(aborts([this] { pending.remove(make(1, 1)); }));
}

TEST_CASE_FIXTURE(fixture,
                  "7-12 what has expired is found in every line and among what came back") {
  add(1, 1, at(10s));
  add(1, 2, at(20s));
  add(2, 1, at(5s));
  add(3, 1, at(30s));
  auto* const back = pending.take();
  pending.put_back(*back);
  CHECK(take_expired(at(5s - 1ns)) == "");
  CHECK(take_expired(at(5s)) == "c2.1");
  CHECK(take_expired(at(25s)) == "c1.1 c1.2");
  CHECK(take_all() == "c3.1");
}

TEST_CASE_FIXTURE(fixture, "the others keep their turns when one has expired") {
  add(1, 1, at(1s));
  add(2, 1);
  add(1, 2);
  add(3, 1);
  CHECK(take_expired(at(1s)) == "c1.1");
  CHECK(take_all() == "c1.2 c2.1 c3.1");
}

TEST_CASE_FIXTURE(fixture, "what expires may be destroyed on the spot") {
  for (std::uint64_t client = 1; client <= 3; ++client)
    for (std::uint64_t i = 1; i <= 3; ++i)
      add(client, i, at(i * 1s));
  pending.put_back(*pending.take());
  pending.take_expired(at(2s), [this](const queued_job& expired) {
    const auto id = expired.what.id;
    jobs.remove_if([&](const queued_job& job) { return job.what.id == id; });
  });
  CHECK(jobs.size() == 3);
  CHECK(take_all() == "c2.3 c3.3 c1.3");
}

TEST_CASE_FIXTURE(fixture, "many clients come and go") {
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t client = 1; client <= 200; ++client)
      add(client, round + 1);
    for (std::uint64_t client = 1; client <= 200; ++client)
      REQUIRE(take() == words(id_of(client, round + 1)));
  }
  CHECK(pending.empty());
}
