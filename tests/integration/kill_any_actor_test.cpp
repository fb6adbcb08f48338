#include "integration/open_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "support/eventually.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <deque>
#include <future>
#include <iterator>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Every actor inside a broker is killed, on real sockets and with requests open everywhere. Clients ask
// once and have patience; that all are answered shows that the broker has lost none. Only the I/O
// actor takes the connections with it, so there clients have to ask again.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// Workers answer as long as it is open.
class gate {
public:
  void open() { opened_.set_value(); }
  void pass() const { is_open_.wait(); }

private:
  std::promise<void> opened_;
  std::shared_future<void> is_open_ = opened_.get_future().share();
};

broker_tree patient_parts() {
  broker_tree parts;
  parts.queues.attempts = 1000; // whoever is killed here is not the request's fault
  return parts;
}

/// Lets everything pass, but is asked about all of it.
class watchful_router : public router {
public:
  request_verdict on_request(const routed_request&) override { return forward_on{}; }
  reply_verdict on_reply(const routed_reply&) override { return forward_on{}; }
};

broker_tree routed_parts() {
  auto parts = patient_parts();
  routing_setup setup;
  setup.rules = {engine::route_rule{}};
  setup.routers = {{"first", routing<watchful_router>()}, {"second", routing<watchful_router>()}};
  for (auto& each : setup.routers) {
    each.bounds.deaths = 1000; // likewise
    each.pause.max = 200ms;
  }
  parts.routing = std::make_shared<const routing_setup>(std::move(setup));
  return parts;
}

class stage {
public:
  explicit stage(const std::shared_ptr<gate>& gate = {}, broker_tree parts = patient_parts())
      : broker(std::move(parts)), client_(client_for(broker.endpoint())) {
    for (int i = 0; i < 2; ++i) {
      workers_.push_back(std::make_unique<worker_runtime>(worker_for(broker.endpoint(), gate)));
      workers_.back()->start();
    }
  }

  void ask(duration timeout = patience, std::uint32_t attempts = 1) {
    request_options options;
    options.timeout = timeout;
    options.attempts = attempts;
    const auto text = std::to_string(++asked_);
    open_.emplace_back(text, client_.submit("echo", {frame(text)}, options));
  }

  /// Waits for the oldest open request's answer; whether it is the right one.
  bool answered() {
    auto [text, pending] = std::move(open_.front());
    open_.pop_front();
    const auto reply = pending.get();
    return reply && *reply == message{frame(text)};
  }

  [[nodiscard]] std::size_t open() const { return open_.size(); }

  open_broker broker;

private:
  static worker_config worker_for(const std::string& endpoint, const std::shared_ptr<gate>& gate) {
    worker_config config;
    config.brokers = {endpoint};
    config.service = "echo";
    config.heartbeat = {200ms, 5};
    config.capacity = 4;
    config.reconnect.max = 200ms;
    config.work = [gate](message request, const send_part_function&) {
      if (gate)
        gate->pass();
      return request;
    };
    return config;
  }

  static client_config client_for(const std::string& endpoint) {
    client_config config;
    config.brokers = {endpoint};
    return config;
  }

  mdp::client client_;
  std::vector<std::unique_ptr<worker_runtime>> workers_;
  std::deque<std::pair<std::string, std::future<request_result>>> open_;
  std::uint64_t asked_ = 0;
};

void kill(const std::vector<stoppable_actor>& victims) {
  for (const auto& each : victims)
    caf::anon_send_exit(each, caf::exit_reason::kill);
}

constexpr const char* names[] = {
  "client_session", "queue echo", "worker_connection", "service_registry", "mmi", "queues",
  "peers",          "broker"};

constexpr const char* names_in_routing[] = {"route_rules", "gate first",   "gate second",
                                            "routing",     "router first", "router second"};

void kill_each(std::span<const char* const> victims_names, broker_tree (*parts)()) {
  for (const auto* name : victims_names) {
    CAPTURE(name);
    const auto closed = std::make_shared<gate>();
    stage s(closed, parts());
    for (int i = 0; i < 20; ++i) // more than the workers hold
      s.ask();
    REQUIRE(eventually([&] { return s.broker.counters().accepted.value() == 20; }));
    std::vector<stoppable_actor> victims;
    REQUIRE(eventually([&] { return !(victims = s.broker.find(name)).empty(); }));
    kill(victims);
    closed->open();
    for (int i = 0; i < 3; ++i) // while it is down, perhaps
      s.ask();
    while (s.open() > 0)
      REQUIRE(s.answered());
    CHECK(eventually([&] { // whoever is back is another one
      const auto now = s.broker.find(name);
      return !now.empty() && now.front() != victims.front();
    }));
    CHECK(eventually([&] { return s.broker.counters().answered.value() >= 23; }));
    CHECK(s.broker.counters().answered.value() == 23);
  }
}

void kill_at_random(std::vector<const char*> victims_names, broker_tree parts) {
  stage s({}, std::move(parts));
  std::mt19937 random(20261129);
  constexpr int rounds = 16;
  constexpr std::size_t window = 16;
  for (int round = 0; round < rounds; ++round) {
    while (s.open() < window)
      s.ask();
    const auto* name = victims_names[random() % victims_names.size()];
    CAPTURE(name);
    kill(s.broker.find(name));
    for (int i = 0; i < 30; ++i) {
      REQUIRE(s.answered());
      s.ask();
    }
  }
  while (s.open() > 0)
    REQUIRE(s.answered());
}

} // namespace

TEST_CASE("whichever actor is killed, no accepted request is lost") {
  kill_each(names, patient_parts);
}

TEST_CASE("whichever actor of routing is killed, no accepted request is lost") {
  kill_each(names_in_routing, routed_parts);
}

TEST_CASE("actors are killed at random under load, and no accepted request is lost") {
  kill_at_random({std::begin(names), std::end(names)}, patient_parts());
}

TEST_CASE("actors are killed at random under load and routing, and no accepted request is lost") {
  std::vector<const char*> all(std::begin(names), std::end(names));
  all.insert(all.end(), std::begin(names_in_routing), std::end(names_in_routing));
  kill_at_random(std::move(all), routed_parts());
}

TEST_CASE(
  "when the I/O actor is killed the clients' next tries are answered, and all others' first") {
  for (auto* parts : {patient_parts, routed_parts}) {
    stage s({}, parts());
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 20; ++i)
        s.ask(500ms, 100);
      const auto before = s.broker.io();
      caf::anon_send_exit(before, caf::exit_reason::kill);
      while (s.open() > 0)
        REQUIRE(s.answered());
      REQUIRE(eventually([&] { return s.broker.io() != before; }));
    }
  }
}

TEST_CASE("the tree shows who is there and who had to be started again") {
  stage s;
  s.ask();
  REQUIRE(s.answered());
  kill(s.broker.find("queue echo"));
  const auto shows = [&](const std::string& line) {
    return to_text(s.broker.tree()).find(line) != std::string::npos;
  };
  CHECK(eventually([&] { return shows("queue echo  transient  1 running  restarts: 1"); }));
  CHECK(shows("root  rest_for_one  running\n  io  permanent  running\n"
              "  broker  one_for_one  permanent  running\n    queues  one_for_one"));
  CHECK(eventually([&] { return shows("worker_connection  temporary  2 running"); }));
}
