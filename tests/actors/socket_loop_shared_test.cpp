#include "actors/loop_harness.hpp"

#include <list>
#include <set>
#include <string>

// Several loops that accept at one place.

using namespace mdp;
using namespace mdp::test;

namespace {

struct two_loops {
  running_loop first;
  running_loop second;
  std::string endpoint;
  std::list<bare_peer> peers;

  two_loops() {
    first.start();
    io::open_router command{router_id, {std::string(any_tcp_port)}, {}, {}};
    command.is_shared = true;
    first.push(command);
    const auto door = first.sink.wait_for<io::bound>();
    REQUIRE(door.listeners.size() == 1);
    endpoint = door.endpoints.front();
    second.start();
    command.is_shared = false;
    command.endpoints = door.endpoints;
    command.listeners = door.listeners;
    second.push(command);
    CHECK(second.sink.wait_for<io::bound>().endpoints == door.endpoints);
  }
};

} // namespace

TEST_CASE("each peer is at one of the loops that share a place, and is answered there") {
  two_loops both;
  std::set<std::string> bodies;
  for (int i = 0; i < 40; ++i) {
    auto& peer = both.peers.emplace_back();
    peer.socket.connect(both.endpoint);
    peer.request(std::to_string(i));
  }
  const auto heard = [&] {
    return both.first.sink.count<io::router_input>() + both.second.sink.count<io::router_input>();
  };
  REQUIRE(eventually([&] { return heard() >= 40; }));
  for (auto* loop : {&both.first, &both.second})
    for (const auto& input : loop->sink.all<io::router_input>()) {
      CHECK(bodies.insert(std::string(request_in(input).body[0].text())).second);
      loop->send(input.routing_id, peer_id{1}, text("answer"));
    }
  CHECK(bodies.size() == 40);
  for (auto& peer : both.peers)
    CHECK(peer.receive() == std::vector<std::string>{"answer"});
  CHECK(both.first.sink.count<io::accept_failed>() == 0);
  CHECK(both.second.sink.count<io::accept_failed>() == 0);
  both.first.stop();
  both.second.stop();
}

TEST_CASE("peers come to the second loop when the first has ended") {
  two_loops both;
  both.first.stop();
  auto& peer = both.peers.emplace_back();
  peer.socket.connect(both.endpoint);
  peer.request("x");
  const auto input = both.second.sink.wait_for<io::router_input>();
  both.second.send(input.routing_id, peer_id{1}, text("answer"));
  CHECK(peer.receive() == std::vector<std::string>{"answer"});
  both.second.stop();
}

TEST_CASE("a place that cannot be shared is refused in words") {
  running_loop loop;
  loop.start();
  io::open_router command{router_id, {"inproc://here"}, {}, {}};
  command.is_shared = true;
  loop.push(command);
  const auto failed = loop.sink.wait_for<io::bind_failed>();
  CHECK(failed.endpoint == "inproc://here");
  CHECK(failed.error);
  loop.stop();
}
