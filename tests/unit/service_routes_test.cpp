#include "mdp/engine/service_catalog.hpp"
#include "mdp/engine/service_queue.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

// Where requests for a name go when patterns are offered, and what happens to those that wait when
// workers come and go. The names themselves are in service_catalog_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

/// A catalog whose queues are known by their names.
class stage {
public:
  explicit stage(std::shared_ptr<const service_rules> rules = {}, bool patterns = true)
      : catalog_(100, std::move(rules), patterns) {}

  void know(std::initializer_list<const char*> names) {
    for (const auto* name : names)
      catalog_.add(name, name);
  }

  /// Who has to give back what waits, in order.
  std::string staff(const std::string& name, bool is_staffed = true) {
    std::vector<std::string> names;
    for (const auto* each : catalog_.set_staffed(name, is_staffed))
      names.push_back(each->handle);
    std::ranges::sort(names);
    std::string all;
    for (const auto& each : names)
      all.append(all.empty() ? "" : " ").append(each);
    return all;
  }

  /// The queue's name, "new" for one that is to be started.
  std::string route(const std::string& name) {
    const auto found = catalog_.route(name);
    if (found.known == nullptr)
      return found.verdict == name_verdict::internal ? "internal" : "new";
    CHECK(found.name == (found.known->handle == name ? "" : found.known->handle));
    return found.known->handle;
  }

  std::string candidates(const std::string& name) {
    std::string all;
    catalog_.for_each_candidate(
      name, [&](auto& each) { all.append(all.empty() ? "" : " ").append(each.handle); });
    return all;
  }

  bool forget(const std::string& name) { return catalog_.remove_if_settled(name, 0); }

private:
  service_catalog<std::string> catalog_;
};

std::shared_ptr<const service_rules> served_by(const std::string& pattern, const std::string& by) {
  service_rule rule;
  rule.service = pattern;
  rule.served_by = by;
  return std::make_shared<const service_rules>(std::vector{rule}, std::vector<priority_rule>{});
}

} // namespace

TEST_CASE("a request goes to the exact name, then to the longest pattern, if somebody is there") {
  stage s;
  s.know({"image.big.scale", "image.big.*", "image.*", "*"});
  CHECK(s.route("image.big.scale") == "image.big.scale"); // to wait
  s.staff("*");
  CHECK(s.route("image.big.scale") == "*");
  CHECK(s.route("echo") == "*");
  s.staff("image.*");
  CHECK(s.route("image.big.scale") == "image.*");
  s.staff("image.big.*");
  CHECK(s.route("image.big.scale") == "image.big.*");
  CHECK(s.route("image.turn") == "image.*");
  s.staff("image.big.scale");
  CHECK(s.route("image.big.scale") == "image.big.scale");
  s.staff("image.big.*", false);
  CHECK(s.route("image.big.turn") == "image.*");
}

TEST_CASE("a pattern is asked for by its own name as any service, and serves nothing reserved") {
  stage s;
  s.know({"*", "m*"});
  s.staff("*");
  s.staff("m*");
  CHECK(s.route("mmi.services") == "internal");
  CHECK(s.route("m*") == "m*");
  CHECK(s.route("image.*") == "new");
}

TEST_CASE("a pattern nobody offers any more, and one that was forgotten, serve nothing") {
  stage s;
  s.know({"image.*"});
  CHECK(s.route("image.scale") == "new");
  s.staff("image.*");
  CHECK(s.route("image.scale") == "image.*");
  s.staff("image.*", false);
  CHECK(s.route("image.scale") == "new");
  CHECK(s.forget("image.*"));
  CHECK(s.route("image.scale") == "new");
}

TEST_CASE(
  "when workers of a pattern come, queues without workers that it serves give back what waits") {
  stage s;
  s.know({"image.scale", "image.turn", "image.big.scale", "echo", "image.*", "image.big.*"});
  CHECK(s.staff("image.turn") == "");
  CHECK(s.staff("image.*") == "image.big.scale image.scale");
  CHECK(s.staff("image.big.*") == "image.big.scale"); // longer: it would be routed there
  CHECK(s.staff("echo") == "");
}

TEST_CASE(
  "a queue that loses its last worker gives back what waits, if it may be served elsewhere") {
  stage s;
  s.know({"echo"});
  s.staff("echo");
  CHECK(s.staff("echo", false) == ""); // there are no patterns at all
  s.know({"image.scale", "image.*"});
  s.staff("image.scale");
  s.staff("image.*");
  CHECK(s.staff("image.scale", false) == "image.scale");
  CHECK(s.staff("image.*", false) == "image.*");
  CHECK(s.staff("unknown", false) == "");
}

TEST_CASE("a rule makes workers of one name serve a pattern") {
  stage s(served_by("image.*", "worker"));
  s.know({"image.scale", "worker"});
  CHECK(s.route("image.scale") == "image.scale");
  CHECK(s.staff("worker") == "image.scale");
  CHECK(s.route("image.scale") == "worker");
  CHECK(s.route("image.turn") == "worker");
  CHECK(s.route("worker") == "worker");
  CHECK(s.staff("image.scale") == "");
  CHECK(s.route("image.scale") == "image.scale");
  CHECK(s.staff("worker", false) == "worker");
}

TEST_CASE("a cancellation looks wherever the request may be") {
  stage s(served_by("im*", "worker"));
  s.know({"image.scale", "image.*", "worker", "echo", "echo.*"});
  CHECK(s.candidates("image.scale") == "image.scale image.* worker");
  CHECK(s.candidates("image.turn") == "image.* worker");
  CHECK(s.candidates("echo") == "echo");
}

TEST_CASE("with exact names a star has no meaning") {
  stage s({}, false);
  s.know({"image.*", "image.scale"});
  CHECK(s.staff("image.*") == "");
  CHECK(s.route("image.scale") == "image.scale");
  CHECK(s.route("image.turn") == "new");
}

TEST_CASE("what waits is given back in its order, with the attempts it has had") {
  queue_config config;
  service_queue queue(config, std::make_shared<broker_budget>());
  queue.add_sink(sink_id{1}, 1, at(0s));
  queue.submit(job_of(1, 1), at(0s));
  queue.submit(job_of(1, 2), at(0s));
  queue.submit(job_of(2, 1), at(0s));
  queue.remove_sink(sink_id{1}, at(0s));
  static_cast<void>(told(queue.actions()));
  queue.yield_waiting();
  CHECK(told(queue.actions()) == "return c1.1 (tried 1), return c2.1, return c1.2");
  CHECK(queue.is_idle());
  CHECK(queue.footprint() == 0);
  CHECK(queue.next_deadline() == never);
}

TEST_CASE("what is in flight is not given back") {
  service_queue queue{queue_config{}};
  queue.add_sink(sink_id{1}, 1, at(0s));
  queue.submit(job_of(1, 1), at(0s));
  static_cast<void>(told(queue.actions()));
  queue.yield_waiting();
  CHECK(told(queue.actions()) == "");
  CHECK(queue.in_flight() == 1);
}

TEST_CASE("another queue goes on with the attempts, and does not count the request again") {
  queue_config config;
  config.attempts = 2;
  service_queue queue(config);
  auto what = job_of(1, 1);
  what.attempts = 1;
  what.was_accepted = true;
  queue.submit(std::move(what), at(0s));
  CHECK(queue.counters().accepted == 0);
  queue.add_sink(sink_id{1}, 1, at(0s));
  CHECK(told(queue.actions()) == "c1.1 to w1 (try 2)");
  queue.remove_sink(sink_id{1}, at(0s));
  CHECK(told(queue.actions()) == "bury c1.1 (try 2), refuse c1.1: attempts_used_up");
}
