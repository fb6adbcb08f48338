#include "actors/routing_fixture.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

// A whole request through the broker's actors, on a loop's thread without sockets; and what routing adds
// to it. The test that counts turns and allocations is tests/actors/request_cost_test.cpp.

namespace {

using namespace mdp;
using namespace mdp::test;

/// One client, one worker, one request at a time.
class stage {
public:
  explicit stage(actors::routing_setup setup = {})
      : broker_(with(std::move(setup))),
        client_(broker_.connect_client(client)),
        worker_(broker_.connect_worker(worker, "echo")) {
    broker_.system.use_loop();
  }

  void ask() {
    broker_.request(client_, "echo", "hello");
    broker_.say(worker_, final_for(broker_.only_request(worker), "hello"));
    if (broker_.told_client(client).size() != 1)
      throw std::logic_error("not exactly one answer");
  }

private:
  static actors::broker_tree with(actors::routing_setup setup) {
    actors::broker_tree parts;
    parts.routing = std::make_shared<const actors::routing_setup>(std::move(setup));
    parts.front = std::make_shared<actors::current<actors::job_desk_actor>>();
    return parts;
  }

  broker_fixture broker_;
  actors::client_session_actor client_;
  actors::worker_connection_actor worker_;
};

void request_and_reply(benchmark::State& state) {
  stage s;
  for (auto _ : state)
    s.ask();
}

void request_and_reply_with_rules(benchmark::State& state) {
  actors::routing_setup rules;
  engine::route_rule elsewhere;
  elsewhere.service = "other";
  elsewhere.discard = "not here";
  rules.rules = {elsewhere};
  stage s(std::move(rules));
  for (auto _ : state)
    s.ask();
}

void request_and_reply_with_a_router(benchmark::State& state) {
  actors::routing_setup routers;
  routers.routers = {{"all", [](const actors::routed_request&) -> actors::request_verdict {
                        return actors::forward_on{};
                      }}};
  stage s(std::move(routers));
  for (auto _ : state)
    s.ask();
}

BENCHMARK(request_and_reply);
BENCHMARK(request_and_reply_with_rules);
BENCHMARK(request_and_reply_with_a_router);

} // namespace
