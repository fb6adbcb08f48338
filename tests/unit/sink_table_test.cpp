#include "mdp/engine/sink_table.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <list>
#include <set>
#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr sink_id w1{1};
constexpr sink_id w2{2};
constexpr sink_id w3{3};

struct fixture {
  std::list<queued_job> jobs;
  sink_table sinks;

  /// Books a new job and says on whom.
  std::uint64_t book() {
    auto& job = jobs.emplace_back();
    job.what = job_of(1, jobs.size());
    sinks.book(job);
    return job.sink->value;
  }
  /// Releases the oldest job that `sink` holds.
  void release(sink_id sink) {
    for (auto& job : jobs)
      if (job.sink == sink)
        return sinks.release(job);
  }
  std::set<std::uint64_t> remove(sink_id sink) {
    std::set<std::uint64_t> held;
    for (auto* job = sinks.remove(sink); job != nullptr; job = job->next)
      held.insert(job->what.id.sequence);
    return held;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "an empty table has no room") {
  CHECK(sinks.empty());
  CHECK_FALSE(sinks.has_room());
  CHECK_FALSE(sinks.contains(w1));
  CHECK(sinks.remove(w1) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "a sink has room until its capacity is used up, and again after that") {
  CHECK(sinks.add(w1, 2));
  CHECK(book() == 1);
  CHECK(sinks.has_room());
  CHECK(book() == 1);
  CHECK_FALSE(sinks.has_room());
  release(w1);
  CHECK(sinks.has_room());
  CHECK(book() == 1);
  CHECK_FALSE(sinks.has_room());
}

TEST_CASE_FIXTURE(fixture, "a sink is here once") {
  CHECK(sinks.add(w1, 1));
  CHECK_FALSE(sinks.add(w1, 100));
  CHECK(sinks.size() == 1);
  book();
  CHECK_FALSE(sinks.has_room());
}

TEST_CASE_FIXTURE(fixture, "a capacity of nothing, and a booking without room, are bugs of ours") {
  CHECK(aborts([this] { sinks.add(w1, 0); }));
  CHECK(aborts([this] { book(); }));
  CHECK(aborts([this] { sinks.release(jobs.emplace_back()); }));
}

TEST_CASE_FIXTURE(fixture, "7-4 the least recently used sink is next") {
  for (const auto sink : {w1, w2, w3})
    sinks.add(sink, 1);
  CHECK(book() == 1);
  CHECK(book() == 2);
  release(w2);
  release(w1);
  CHECK(book() == 3);
  CHECK(book() == 2);
  CHECK(book() == 1);
}

TEST_CASE_FIXTURE(fixture, "a newcomer is behind those that wait longer") {
  sinks.add(w2, 1);
  sinks.add(w1, 1);
  CHECK(book() == 2);
}

TEST_CASE_FIXTURE(fixture, "G7 P2 who holds fewest is next, whatever the capacities") {
  sinks.add(w1, 100);
  sinks.add(w2, 2);
  sinks.add(w3, 3);
  CHECK(book() == 1);
  CHECK(book() == 2);
  CHECK(book() == 3);
  CHECK(book() == 1);
  CHECK(book() == 2); // full
  CHECK(book() == 3);
  CHECK(book() == 1);
  CHECK(book() == 3); // full
  for (int i = 0; i < 97; ++i)
    REQUIRE(book() == 1);
  CHECK_FALSE(sinks.has_room());
}

TEST_CASE_FIXTURE(fixture, "several full sinks become free in any order") {
  for (const auto sink : {w1, w2, w3})
    sinks.add(sink, 1);
  for (int i = 0; i < 3; ++i)
    book();
  release(w3);
  release(w1);
  CHECK(book() == 3);
  CHECK(book() == 1);
  release(w2);
  CHECK(book() == 2);
  CHECK_FALSE(sinks.has_room());
}

TEST_CASE_FIXTURE(fixture, "O5 a sink that goes gives back what it held") {
  sinks.add(w1, 3);
  sinks.add(w2, 1);
  for (int i = 0; i < 4; ++i)
    book(); // 1, 3 and 4 on the first, 2 on the second
  CHECK(remove(w1) == std::set<std::uint64_t>{1, 3, 4});
  CHECK_FALSE(sinks.contains(w1));
  CHECK_FALSE(sinks.has_room());
  CHECK(remove(w2) == std::set<std::uint64_t>{2});
  CHECK(sinks.empty());
}

TEST_CASE_FIXTURE(fixture, "what was released is not given back") {
  sinks.add(w1, 5);
  for (int i = 0; i < 5; ++i)
    book();
  for (auto& job : jobs)
    if (job.what.id.sequence % 2 == 1) // the first, the last and one between
      sinks.release(job);
  CHECK(remove(w1) == std::set<std::uint64_t>{2, 4});
}

TEST_CASE_FIXTURE(fixture, "T22 M4 a sink that went is never booked, idle or not") {
  sinks.add(w1, 1);
  sinks.add(w2, 2);
  remove(w1);
  CHECK(book() == 2);
  remove(w2);
  CHECK_FALSE(sinks.has_room());
}

TEST_CASE_FIXTURE(fixture, "a sink may come back under its name with another capacity") {
  sinks.add(w1, 1);
  book();
  remove(w1);
  CHECK(sinks.add(w1, 2));
  CHECK(book() == 1);
  CHECK(book() == 1);
  CHECK_FALSE(sinks.has_room());
}
