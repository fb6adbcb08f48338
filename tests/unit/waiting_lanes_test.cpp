#include "mdp/engine/waiting_lanes.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <list>
#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr auto high = priority::high;
constexpr auto normal = priority::normal;
constexpr auto low = priority::low;

struct fixture {
  std::list<queued_job> jobs;
  waiting_lanes lanes;

  queued_job& add(std::uint64_t client, priority urgency, time_point deadline = never) {
    auto& job = jobs.emplace_back();
    job.what = job_of(client, jobs.size(), deadline);
    job.what.urgency = urgency;
    job.order = jobs.size();
    lanes.add(job);
    return job;
  }
  void add_many(int count, std::uint64_t client, priority urgency) {
    for (int i = 0; i < count; ++i)
      add(client, urgency);
  }
  /// The classes of the next `count` jobs, a letter each.
  std::string take(int count) {
    std::string got;
    for (int i = 0; i < count; ++i) {
      const auto* job = lanes.take();
      got.push_back(job == nullptr ? '-' : to_string(job->what.urgency)[0]);
    }
    return got;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "what is more urgent goes first, whenever it came") {
  add(1, low);
  add(1, normal);
  add(1, high);
  CHECK(lanes.size() == 3);
  CHECK(take(4) == "hnl-");
  CHECK(lanes.empty());
}

TEST_CASE_FIXTURE(fixture, "a flood of urgent requests leaves the others one turn in nine") {
  add_many(100, 1, high);
  add_many(3, 2, normal);
  CHECK(take(30) == "hhhhhhhhnhhhhhhhhnhhhhhhhhnhhh");
}

TEST_CASE_FIXTURE(fixture, "floods of both leave the least urgent one turn in eighty-one") {
  add_many(1000, 1, high);
  add_many(1000, 2, normal);
  add_many(2, 3, low);
  const auto order = take(162);
  CHECK(order.find('l') == 80);
  CHECK(order.rfind('l') == 161);
}

TEST_CASE_FIXTURE(fixture, "turns that nobody waited for are not counted") {
  add_many(50, 1, high);
  take(40);
  add(2, normal);
  CHECK(take(9) == "hhhhhhhhn");
}

TEST_CASE_FIXTURE(fixture, "7-3 clients take turns within a class") {
  add_many(2, 1, high);
  add(2, high);
  std::string clients;
  while (const auto* job = lanes.take())
    clients += std::to_string(job->what.id.client.value);
  CHECK(clients == "121");
}

TEST_CASE_FIXTURE(fixture, "T13 what comes back goes first within its class") {
  auto& first = add(1, normal);
  add(1, normal);
  add(2, high);
  CHECK(take(1) == "h");
  lanes.remove(first);
  lanes.put_back(first);
  CHECK(lanes.oldest() == &first);
  CHECK(lanes.take() == &first);
}

TEST_CASE_FIXTURE(fixture, "what has expired is found in every class") {
  for (const auto urgency : {high, normal, low})
    add(1, urgency, at(1s));
  add(2, low);
  std::string expired;
  lanes.take_expired(at(2s), [&](queued_job& job) { expired += to_string(job.what.urgency)[0]; });
  CHECK(expired == "hnl");
  CHECK(take(2) == "l-");
}
