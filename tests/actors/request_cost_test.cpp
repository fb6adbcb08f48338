#include "actors/routing_fixture.hpp"
#include "support/counted_allocations.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

// What a request costs in the whole broker but for the sockets, in figures that no other load on the
// machine changes. The stand-ins for the loop and its peers, and the codec at their side, are in them.

using namespace mdp;
using namespace mdp::test;

namespace {

struct cost {
  std::uint64_t turns = 0; ///< Of actors.
  std::uint64_t allocations = 0;
};

/// One client, one worker, one request at a time.
class stage {
public:
  explicit stage(std::uint32_t capacity, actors::broker_tree parts = {})
      : broker_(std::move(parts)),
        client_(broker_.connect_client(client_id)),
        worker_(broker_.connect_worker(worker_id, "echo", wire::protocol_version::v0_2, capacity)) {
  }

  void ask(int times) {
    for (int i = 0; i < times; ++i) {
      broker_.request(client_, "echo", "hello");
      broker_.say(worker_, final_for(broker_.only_request(worker_id), "hello"));
      if (broker_.told_client(client_id).size() != 1)
        throw std::logic_error("not exactly one answer");
    }
  }

  /// Of one request among `times`, rounded up.
  cost of_each(int times) {
    const auto turns = broker_.system.turns();
    const auto before = allocations();
    ask(times);
    const auto number = static_cast<std::uint64_t>(times);
    const auto each = [&](std::uint64_t all) { return (all + number - 1) / number; };
    return {each(broker_.system.turns() - turns), each(allocations() - before)};
  }

private:
  static constexpr peer_id client_id{1};
  static constexpr peer_id worker_id{2};

  broker_fixture broker_;
  actors::client_session_actor client_;
  actors::worker_connection_actor worker_;
};

/// Session, registry, queue, connection; back without the registry. Both ends put what they send into the loop's outbox.
constexpr std::uint64_t shortest_way = 7;

actors::broker_tree with(actors::routing_setup setup) {
  actors::broker_tree parts;
  parts.routing = std::make_shared<const actors::routing_setup>(std::move(setup));
  parts.front = std::make_shared<actors::current<actors::job_desk_actor>>();
  return parts;
}

} // namespace

TEST_CASE(
  "a request costs a known number of actors' turns and allocations, however many there were") {
  for (const std::uint32_t capacity : {1U, 64U}) {
    CAPTURE(capacity);
    stage s(capacity);
    s.ask(200); // whatever grows has grown
    const auto young = s.of_each(500);
    CHECK(young.turns == shortest_way);
    CHECK(young.allocations <= 19);
    s.ask(5000);
    const auto old = s.of_each(500);
    CHECK(old.turns == young.turns);
    CHECK(old.allocations == young.allocations);
  }
}

TEST_CASE("a broker without routing pays nothing for it, and one with it for what it has") {
  const auto cost_with = [](actors::routing_setup setup) {
    stage s(1, with(std::move(setup)));
    s.ask(200);
    return s.of_each(500);
  };
  const auto without = cost_with({});
  CHECK(without.turns == shortest_way);
  actors::routing_setup rules;
  engine::route_rule elsewhere;
  elsewhere.service = "other";
  elsewhere.discard = "not here";
  rules.rules = {elsewhere};
  const auto ruled = cost_with(std::move(rules));
  actors::routing_setup routers;
  routers.routers = {{"all", [](const actors::routed_request&) -> actors::request_verdict {
                        return actors::forward_on{};
                      }}};
  const auto routed = cost_with(std::move(routers));
  MESSAGE(without.allocations, " allocations; ", ruled.turns, " turns and ", ruled.allocations,
          " with rules; ", routed.turns, " and ", routed.allocations, " with a router");
  CHECK(ruled.turns > without.turns);
  CHECK(routed.turns > ruled.turns);
}
