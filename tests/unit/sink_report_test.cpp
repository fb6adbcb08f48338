#include "mdp/engine/sink_report.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <list>
#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

struct stage {
  explicit stage(dispatch policy) : sinks(dispatch_config{policy}) {}

  void give(std::uint64_t client = 1) {
    auto& job = jobs.emplace_back();
    job.what = job_of(client, jobs.size());
    sinks.book(job);
  }
  /// "place: sink" of each, in the order of the report.
  std::string places() const {
    std::string all;
    for (const auto& each : report_sinks(sinks))
      all.append(all.empty() ? "" : ", ")
        .append(std::to_string(each.place))
        .append(": ")
        .append(std::to_string(each.sink.value));
    return all;
  }

  sink_table sinks;
  std::list<queued_job> jobs;
};

} // namespace

TEST_CASE("those with room are listed in the order in which they are chosen, the full ones last") {
  stage s(dispatch::least_recently_used);
  s.sinks.add(sink_id{1}, 1);
  s.sinks.add(sink_id{2}, 2);
  s.sinks.add(sink_id{3}, 2);
  s.give();
  s.give();
  CHECK(s.places() == "1: 3, 2: 2, 0: 1");
  CHECK(report_sinks(s.sinks)[0].why == "0 in flight; among equals unused for longest");
  CHECK(report_sinks(s.sinks)[2].why == "full");
  s.give();
  CHECK(s.jobs.back().sink == sink_id{3});
}

TEST_CASE("all that chance may hit have the same place") {
  stage s(dispatch::random);
  for (std::uint64_t i = 1; i <= 3; ++i)
    s.sinks.add(sink_id{i}, 2);
  s.give();
  const auto report = report_sinks(s.sinks);
  CHECK(report[0].place == 1);
  CHECK(report[1].place == 1);
  CHECK(report[2].place == 3);
}

TEST_CASE("a load is told with what was given since") {
  stage s(dispatch::least_loaded);
  s.sinks.add(sink_id{1}, 9);
  s.sinks.add(sink_id{2}, 9);
  s.sinks.report_load(sink_id{1}, 250);
  s.give();
  const auto report = report_sinks(s.sinks);
  CHECK(report[0].load == 250);
  CHECK(report[0].why == "load 350 with what it was given since");
  CHECK_FALSE(report[1].load.has_value());
  CHECK(report[1].why == "load never reported, taken as 1000 with what it was given since");
}

TEST_CASE("who would get a request is who gets it, under every policy without chance") {
  for (const auto policy : {dispatch::least_recently_used, dispatch::round_robin,
                            dispatch::fewest_in_flight, dispatch::least_loaded, dispatch::sticky}) {
    CAPTURE(to_string(policy));
    stage s(policy);
    for (std::uint64_t i = 1; i <= 4; ++i)
      s.sinks.add(sink_id{i}, 3);
    for (std::uint64_t client = 1; client <= 12; ++client) {
      const auto said = next_sink(s.sinks, job_of(client % 3, 1));
      REQUIRE(said.has_value());
      s.give(client % 3);
      CHECK(s.jobs.back().sink == said->sink);
      CHECK((said->why == "the key leads to it") == (policy == dispatch::sticky));
    }
    CHECK_FALSE(next_sink(s.sinks, job_of(1, 1)).has_value());
  }
}
