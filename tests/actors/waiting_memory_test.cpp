#include "actors/broker_fixture.hpp"
#include "support/counted_allocations.hpp"
#include "support/received_request.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

using namespace mdp;
using namespace mdp::test;

TEST_CASE("T23 nothing in the broker but its session and its queue holds a request that waits") {
  constexpr std::size_t many = 5000;
  constexpr peer_id client_id{1};
  actors::broker_tree parts;
  parts.clients.window = 2 * many;
  broker_fixture broker(std::move(parts));
  const auto client = broker.connect_client(client_id);
  const auto ask = [&] {
    broker.system.send(client,
                       actors::request_arrived{received_request("echo", std::string(64, 'x')),
                                               wire::protocol_version::v0_2, broker.system.now()});
  };
  for (int i = 0; i < 100; ++i) // whatever grows has grown
    ask();
  const auto before = held_bytes();
  for (std::size_t i = 0; i < many; ++i)
    ask();
  // As much as of the two engines alone, which their own test takes apart.
  CHECK((held_bytes() - before) / static_cast<std::int64_t>(many) <= 470);

  // And all of it is let go of with the answers.
  const auto worker = broker.connect_worker(peer_id{2}, "echo", wire::protocol_version::v0_2, 100);
  std::size_t answered = 0;
  while (answered < many + 100) {
    const auto requests = broker.told_worker(peer_id{2});
    REQUIRE_FALSE(requests.empty());
    for (const auto& each : requests)
      broker.say(worker, final_for(std::get<wire::worker_request>(each), "y"));
    answered += broker.told_client(client_id).size();
  }
  CHECK(held_bytes() - before < static_cast<std::int64_t>(many) * 100);
}
