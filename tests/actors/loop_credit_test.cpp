#include "actors/broker_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

using namespace mdp;
using namespace mdp::test;

namespace {

constexpr peer_id client{1};
constexpr peer_id worker{2};

/// A loop's account of what is open, as one that reads batches of three messages would have it.
class account {
public:
  [[nodiscard]] actors::loop_credit open() const {
    return std::make_shared<actors::io::batch_credit>(load_, 3);
  }
  [[nodiscard]] std::size_t load() const { return *load_; }

private:
  std::shared_ptr<std::atomic<std::size_t>> load_ = std::make_shared<std::atomic<std::size_t>>(0);
};

/// After how many turns of actors nothing is open any more.
int turns_until_free(deterministic_system& system, const account& loop) {
  int turns = 0;
  while (loop.load() > 0) {
    CHECK(loop.load() == 3);
    REQUIRE(system.run_one());
    ++turns;
  }
  system.run();
  return turns;
}

} // namespace

TEST_CASE("T16 what a worker says weighs on the loop until its client's session has taken it") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "x");
  const auto request = broker.only_request(worker);
  const account loop;
  const auto say = [&](wire::from_worker command) {
    actors::post(works,
                 actors::command_arrived{std::move(command), broker.system.now(), loop.open()});
    return turns_until_free(broker.system, loop);
  };
  // By the worker's connection, the service's queue and the client's session.
  CHECK(say(wire::worker_partial{request.address, {frame("part")}}) == 3);
  CHECK(say(final_for(request, "end")) == 3);
  CHECK(say(wire::heartbeat{}) == 1);
  CHECK(broker.told_client(client).size() == 2);
}

TEST_CASE("T16 a request weighs on the loop until its session has taken it, and may wait then") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const account loop;
  actors::post(asks, actors::request_arrived{{{{}, false}, "nobody's", {frame("x")}},
                                             wire::protocol_version::v0_2,
                                             broker.system.now(),
                                             loop.open()});
  CHECK(turns_until_free(broker.system, loop) == 1);
  CHECK(broker.counters->accepted.value() == 1);
}

TEST_CASE("T16 what came for a peer that has ended weighs on nobody") {
  broker_fixture broker;
  const auto works = broker.connect_worker(worker, "echo");
  broker.system.send(works, actors::peer_lost{});
  const account loop;
  actors::post(works, actors::command_arrived{wire::heartbeat{}, broker.system.now(), loop.open()});
  broker.system.run();
  CHECK(loop.load() == 0);
}
