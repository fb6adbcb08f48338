#include "actors/loop_harness.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace mdp;
using namespace mdp::test;

namespace {

/// How often `peer` asks and is answered before it asks again, of `most` times.
int ping_pong(bare_peer& peer, int most) {
  for (int round = 0; round < most; ++round) {
    const auto body = std::to_string(round);
    peer.request(body);
    if (peer.receive() != std::vector{body})
      return round;
  }
  return most;
}

} // namespace

TEST_CASE(
  "nothing that comes is missed while answers leave, whose sending takes signals of input") {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr int rounds = 200;
#else
  constexpr int rounds = 2'000;
#endif
  running_loop loop;
  loop.sink.on_batch = [&](std::vector<io::loop_report>& batch) {
    for (auto& report : batch) {
      if (const auto* input = std::get_if<io::router_input>(&report))
        loop.send(input->routing_id, peer_id{1}, request_in(*input).body);
    }
    std::erase_if(
      batch, [](const auto& report) { return std::holds_alternative<io::router_input>(report); });
  };
  const auto endpoint = loop.start_router();
  bare_peer one;
  bare_peer other;
  one.socket.connect(endpoint);
  other.socket.connect(endpoint);
  std::atomic<int> of_other = 0;
  std::thread beside([&] { of_other = ping_pong(other, rounds); });
  const auto of_one = ping_pong(one, rounds);
  beside.join();
  CHECK(of_one == rounds);
  CHECK(of_other == rounds);
}

TEST_CASE("what has come while there was no room is read when there is some, without a signal") {
  running_loop loop;
  const auto endpoint = loop.start_router();
  bare_peer client;
  client.socket.connect(endpoint);
  client.request("first");
  const auto who = loop.sink.wait_for<io::router_input>().routing_id;
  loop.sink.is_full = true;
  loop.wait_for_commands(); // in the turn after that it knows
  client.request("second");
  for (int i = 0; i < 100; ++i) // these may take the signal of it
    loop.send(who, peer_id{1}, text("answer"));
  for (int i = 0; i < 100; ++i)
    CHECK(client.receive() == std::vector{std::string("answer")});
  CHECK(loop.sink.count<io::router_input>() == 1);
  loop.sink.is_full = false;
  CHECK(request_in(loop.sink.wait_for<io::router_input>(2)).body[0] == "second");
}
