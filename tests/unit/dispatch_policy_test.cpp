#include "mdp/engine/dispatch_policy.hpp"
#include "mdp/engine/sink_table.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Who gets the next request under each policy. That workers are filled evenly, and that none with
// room stands beside a waiting request, whatever the policy, is in service_queue_model_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

/// A table of sinks under one policy. Steps are words, so that a case reads like a story: "+1" sink 1
/// comes, "+1x3" with room for three, "-1" it goes, "!" a job is given out, ".1" sink 1 finishes its
/// oldest, "1=250" sink 1 reports its load. The answer is who got the jobs, in order.
class stage {
public:
  explicit stage(const dispatch_config& config) : sinks(config) {}
  explicit stage(dispatch policy) : stage(dispatch_config{policy}) {}

  std::string play(const std::string& story) {
    std::string got;
    std::size_t begin = 0;
    while (begin < story.size()) {
      const auto end = std::min(story.find(' ', begin), story.size());
      if (const auto sink = step(story.substr(begin, end - begin)))
        got.append(got.empty() ? "" : " ").append(std::to_string(*sink));
      begin = end + 1;
    }
    return got;
  }

  std::uint64_t give(std::uint64_t client = 1, message body = {}) {
    auto& job = jobs.emplace_back();
    job.what = job_of(client, jobs.size());
    if (!body.empty())
      job.what.body = std::move(body);
    sinks.book(job);
    return job.sink->value;
  }

  /// Gives out a job and finishes it at once.
  std::uint64_t give_and_take(std::uint64_t client = 1, message body = {}) {
    const auto sink = give(client, std::move(body));
    sinks.release(jobs.back());
    jobs.pop_back();
    return sink;
  }

  sink_table sinks;

private:
  std::optional<std::uint64_t> step(const std::string& word) {
    const auto number = [](const std::string& text) { return std::stoull(text); };
    if (word == "!")
      return give();
    if (const auto equals = word.find('='); equals != std::string::npos) {
      sinks.report_load(sink_id{number(word)},
                        static_cast<std::uint32_t>(number(word.substr(equals + 1))));
    } else if (word[0] == '+') {
      const auto times = word.find('x');
      sinks.add(sink_id{number(word.substr(1))},
                times == std::string::npos
                  ? 1
                  : static_cast<std::uint32_t>(number(word.substr(times + 1))));
    } else if (word[0] == '-') {
      sinks.remove(sink_id{number(word.substr(1))});
    } else {
      const sink_id sink{number(word.substr(1))};
      for (auto& job : jobs)
        if (job.sink == sink) {
          sinks.release(job);
          break;
        }
    }
    return std::nullopt;
  }

  std::list<queued_job> jobs;
};

struct row {
  dispatch policy;
  const char* story;
  const char* expected;
};

constexpr auto lru = dispatch::least_recently_used;
constexpr auto turns = dispatch::round_robin;
constexpr auto fewest = dispatch::fewest_in_flight;
constexpr auto loaded = dispatch::least_loaded;

constexpr row rows[] = {
  // Who became free first is next, in whichever order they got their jobs.
  {lru, "+1 +2 +3 ! ! ! .3 .1 .2 ! ! !", "1 2 3 3 1 2"},
  {lru, "+1x2 +2x2 ! ! ! !", "1 2 1 2"},
  // Who got a job longest ago is next, in whichever order they became free.
  {turns, "+1 +2 +3 ! ! ! .3 .1 .2 ! ! !", "1 2 3 1 2 3"},
  {turns, "+1 +2 ! .1 ! .2 ! .1 !", "1 2 1 2"},
  {turns, "+1 +2 ! .1 ! .2 +3 ! ! !", "1 2 1 2 3"},
  {turns, "+1x2 +2x2 ! ! .1 ! ! !", "1 2 1 2 1"},
  // Who is here for longest is next: the others are for when there is more to do.
  {fewest, "+1 +2 +3 ! .1 ! .1 ! ! .2 .1 ! !", "1 1 1 2 1 2"},
  {fewest, "+5x2 +3x2 ! ! ! !", "5 3 5 3"},
  {fewest, "+1 +2 -1 +1 !", "2"},
  // The lowest load; each job given since adds a tenth, done or not.
  {loaded, "+1 +2 1=500 2=200 !", "2"},
  {loaded, "+1 +2 1=350 2=200 ! .2 ! .2 ! .1 ! .2", "2 2 1 2"},
  {loaded, "+1x9 +2x9 1=350 2=200 ! ! ! ! ! !", "2 2 1 2 1 2"},
  // A new report forgets what was given since the last, but for what is still there.
  {loaded, "+1x9 +2x9 1=350 2=200 ! ! .2 .2 2=200 ! !", "2 2 2 2"},
  {loaded, "+1x9 +2x9 1=350 2=200 ! ! 2=200 !", "2 2 1"},
  // Who says nothing counts as busy, and by what it holds.
  {loaded, "+1x9 +2x9 2=900 ! ! !", "2 1 2"},
  {loaded, "+1x2 +2x2 ! ! ! !", "1 2 1 2"},
  {loaded, "+1 +2 1=0 -1 +1 2=999 !", "2"},
  // A full one is not asked, however little loaded.
  {loaded, "+1 +2 1=0 2=900 ! !", "1 2"},
};

/// A policy's choice for each of many keys, when nobody is busy.
std::map<std::uint64_t, std::uint64_t> homes(stage& s, std::uint64_t keys) {
  std::map<std::uint64_t, std::uint64_t> result;
  for (std::uint64_t key = 0; key < keys; ++key)
    result[key] = s.give_and_take(key);
  return result;
}

constexpr std::uint64_t many_keys = 10'000;

} // namespace

TEST_CASE("each policy chooses as its row of the table says") {
  for (const auto& row : rows) {
    CAPTURE(to_string(row.policy));
    CAPTURE(row.story);
    CHECK(stage(row.policy).play(row.story) == row.expected);
  }
}

TEST_CASE("chance gives all about the same, in no order, and the same again from the same seed") {
  const auto draw = [](std::uint64_t seed) {
    stage s({dispatch::random, seed});
    s.play("+1 +2 +3 +4");
    std::vector<std::uint64_t> got;
    for (int i = 0; i < 4000; ++i)
      got.push_back(s.give_and_take());
    return got;
  };
  const auto got = draw(7);
  std::map<std::uint64_t, int> times;
  std::map<std::pair<std::uint64_t, std::uint64_t>, int> pairs;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ++times[got[i]];
    if (i > 0)
      ++pairs[{got[i - 1], got[i]}];
  }
  REQUIRE(times.size() == 4);
  for (const auto& [sink, count] : times)
    CHECK((count > 700 && count < 1300));
  CHECK(pairs.size() == 16); // whoever was last, each may be next
  for (const auto& [pair, count] : pairs)
    CHECK((count > 50 && count < 800));
  CHECK(draw(7) == got);
  CHECK(draw(8) != got);
}

TEST_CASE("chance decides only among those with the fewest") {
  stage s(dispatch::random);
  s.play("+1x2 +2x2 +3x2 ! ! !");
  std::map<std::uint64_t, int> second;
  for (int i = 0; i < 3; ++i)
    ++second[s.give()];
  CHECK(second.size() == 3);
  CHECK_FALSE(s.sinks.has_room());
}

TEST_CASE("sticky: a client's requests go to one worker, several clients' to several") {
  stage s(dispatch::sticky);
  s.play("+1x9 +2x9 +3x9");
  const auto first = homes(s, 300);
  CHECK(homes(s, 300) == first);
  std::map<std::uint64_t, int> share;
  for (const auto& [key, sink] : first)
    ++share[sink];
  CHECK(share.size() == 3);
}

TEST_CASE("sticky: a body frame may be the key, whoever asks; without it the client is") {
  stage s({dispatch::sticky, 0, 2});
  s.play("+1x9 +2x9 +3x9 +4x9 +5x9");
  std::map<std::string, std::uint64_t> home;
  for (std::uint64_t client = 1; client <= 20; ++client)
    for (const auto* key : {"a", "b", "c", "d", "e", "f"}) {
      const auto sink = s.give_and_take(client, body({"x", key}));
      CHECK(home.emplace(key, sink).first->second == sink);
    }
  stage by_client(dispatch::sticky);
  by_client.play("+1x9 +2x9 +3x9 +4x9 +5x9");
  for (std::uint64_t client = 1; client <= 20; ++client)
    CHECK(s.give_and_take(client, body({"one frame"})) == by_client.give_and_take(client));
}

TEST_CASE("sticky: a worker that comes takes its share of the keys and moves no others") {
  stage s(dispatch::sticky);
  for (int i = 1; i <= 10; ++i)
    s.play("+" + std::to_string(i));
  const auto before = homes(s, many_keys);
  s.play("+11");
  const auto after = homes(s, many_keys);
  std::uint64_t moved = 0;
  for (const auto& [key, sink] : after)
    if (sink != before.at(key)) {
      ++moved;
      REQUIRE(sink == 11); // never between those that were here
    }
  MESSAGE(moved, " of ", many_keys, " keys moved to the 11th worker; an even share is ",
          many_keys / 11);
  CHECK(moved > 0);
  CHECK(moved < many_keys / 5);
  s.play("-11");
  CHECK(homes(s, many_keys) == before);
}

TEST_CASE("sticky: no worker's share of the keys is many times another's") {
  stage s(dispatch::sticky);
  for (int i = 1; i <= 10; ++i)
    s.play("+" + std::to_string(i));
  std::map<std::uint64_t, std::uint64_t> share;
  for (const auto& [key, sink] : homes(s, many_keys))
    ++share[sink];
  REQUIRE(share.size() == 10);
  for (const auto& [sink, count] : share)
    CHECK((count > many_keys / 30 && count < many_keys / 4));
}

TEST_CASE("sticky: while the key's worker is full the next one on the ring helps out") {
  stage s(dispatch::sticky);
  s.play("+1 +2 +3");
  const auto home = s.give(); // and stays there
  const auto help = s.give_and_take();
  CHECK(help != home);
  CHECK(s.give_and_take() == help); // as long as it is so, the same
  s.play("." + std::to_string(home));
  CHECK(s.give_and_take() == home);
}

TEST_CASE("sticky: with hardly anybody free the one who is gets the request") {
  stage s(dispatch::sticky);
  for (int i = 1; i <= 500; ++i)
    s.play("+" + std::to_string(i));
  for (std::uint64_t i = 1; i < 500; ++i)
    s.give(i);
  REQUIRE(s.sinks.has_room());
  s.give(1000);
  CHECK_FALSE(s.sinks.has_room());
}

TEST_CASE("a sink's points leave the ring with it") {
  sticky_ring ring;
  for (std::uint64_t i = 1; i <= 100; ++i)
    ring.add(sink_id{i});
  CHECK(ring.points() == 100 * defaults::sticky_points);
  for (std::uint64_t i = 1; i <= 100; ++i)
    ring.remove(sink_id{i});
  CHECK(ring.points() == 0);
  CHECK_FALSE(ring.find(0, [](sink_id) { return true; }).has_value());
}
