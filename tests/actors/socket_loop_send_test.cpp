#include "actors/loop_harness.hpp"
#include "support/process.hpp"

#include <atomic>
#include <thread>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

TEST_CASE("T22: a send to a peer that is gone, or never was, comes back with the sender's tag") {
  running_loop loop;
  const auto endpoint = loop.start_router();
  frame routing_id;
  {
    bare_peer client;
    client.socket.connect(endpoint);
    client.request("hello");
    routing_id = loop.sink.wait_for<io::router_input>().routing_id;
  }
  // The ROUTER hears of the end a little later than we.
  CHECK(eventually([&] {
    loop.send(routing_id, peer_id{42}, text("too late"));
    return !loop.sink.all<io::peer_unreachable>().empty();
  }));
  loop.send(frame(std::string_view("nobody")), peer_id{43}, text("hello?"));
  CHECK(eventually([&] {
    const auto reports = loop.sink.all<io::peer_unreachable>();
    return !reports.empty() && reports.back().peer == peer_id{43};
  }));
  const auto reports = loop.sink.all<io::peer_unreachable>();
  CHECK(reports.front().socket == router_id);
  CHECK(reports.front().peer == peer_id{42});
  CHECK(reports.front().routing_id == routing_id);
  CHECK(reports.front().reason == io::unreachable_reason::gone);
  CHECK(reports.front().dropped_messages == 1);
  CHECK(reports.back().routing_id == "nobody");
}

TEST_CASE("T22: bad news from a send of the loop's own thread need no other event to come out") {
  running_loop loop;
  loop.sink.on_batch = [&](std::vector<io::loop_report>& batch) {
    if (std::holds_alternative<io::bound>(batch.front()))
      loop.send(frame(std::string_view("nobody")), peer_id{1}, text("hello?"));
  };
  loop.start_router();
  CHECK(loop.sink.wait_for<io::peer_unreachable>().peer == peer_id{1});
}

TEST_CASE("no command of two threads is left lying, whenever it comes while the loop wakes up") {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr std::size_t rounds = 2'000;
#else
  constexpr std::size_t rounds = 20'000;
#endif
  std::atomic<std::size_t> carried_out = 0; // outlives the loop, which adds to it
  running_loop loop;
  loop.sink.on_batch = [&](std::vector<io::loop_report>& batch) {
    carried_out += batch.size();
    batch.clear();
  };
  loop.start();
  // Every command comes back as a report. In each round one wakes the loop and the other comes some
  // microseconds later; then nothing more comes before both have been seen.
  const auto push = [&] {
    REQUIRE(loop.loop.commands().push(io::send_frames{socket_id{404}, {}, {}, text("to nowhere")}));
  };
  std::atomic<std::size_t> round = 0;
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    for (std::size_t seen = 0; !is_over; std::this_thread::yield()) {
      if (round == seen)
        continue;
      seen = round;
      for (std::size_t spin = seen * 7 % 60'000; spin > 0; --spin)
        std::atomic_signal_fence(std::memory_order_seq_cst); // a loop that is kept
      push();
    }
  });
  // Both are awake all the time, or they would hardly ever meet. Where others want the processors each has to wait for its
  // turn again and again, and there are as many rounds as fit.
  const auto enough = std::chrono::steady_clock::now() + 20s;
  bool is_lost = false;
  while (!is_lost && round < rounds && std::chrono::steady_clock::now() < enough) {
    ++round;
    push();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!is_lost && carried_out < 2 * round) {
      is_lost = std::chrono::steady_clock::now() > deadline;
      std::this_thread::yield();
    }
  }
  is_over = true;
  other.join();
  CHECK_FALSE(is_lost);
}

TEST_CASE("a DEALER's messages are decoded for its version") {
  bare_peer broker(zmq::socket_type::router);
  broker.socket.bind(std::string(any_tcp_port));
  const auto endpoint = broker.socket.get(zmq::sockopt::last_endpoint);
  running_loop loop;
  loop.start();
  constexpr socket_id old_style{2};
  constexpr socket_id new_style{3};
  using wire::protocol_version;
  loop.push(io::open_dealer{old_style, endpoint, protocol_version::v0_1, {}, {}});
  loop.push(io::open_dealer{new_style, endpoint, protocol_version::v0_2, {}, {}});
  CHECK(loop.sink.wait_for<io::connected>(1).socket == old_style);
  CHECK(loop.sink.wait_for<io::connected>(2).socket == new_style);

  const auto say = [&](socket_id socket, std::string_view name) {
    loop.push(io::send_frames{socket, peer_id{}, frame(), text(name)});
    return broker.receive().at(0); // the routing id
  };
  const auto old_at = say(old_style, "old");
  const auto new_at = say(new_style, "new");
  broker.send({old_at, "", "MDPW01", "\x02", "address", "", "body"});
  const auto to_old = loop.sink.wait_for<io::worker_input>();
  CHECK(to_old.socket == old_style);
  CHECK(std::get<wire::worker_request>(to_old.command).address == "address");
  broker.send({new_at, "MDPW02", "\x05"});
  const auto to_new = loop.sink.wait_for<io::worker_input>(2);
  CHECK(to_new.socket == new_style);
  CHECK(std::holds_alternative<wire::heartbeat>(to_new.command));
  broker.send({new_at, "", "MDPW01", "\x04"});
  const auto bad = loop.sink.wait_for<io::invalid_input>();
  CHECK(bad.socket == new_style);
  CHECK(bad.routing_id.empty());
}

TEST_CASE("what a DEALER says before anybody listens is delivered when somebody does") {
  // More than libzmq holds for an unconnected peer, so that some of it is parked.
  net::socket_config narrow;
  narrow.send_high_water_mark = 5;
  const temporary_folder folder;
  running_loop loop;
  loop.start();
  const auto endpoint = "ipc://" + folder.path() + "/broker";
  loop.push(
    io::open_dealer{.socket = socket_id{2}, .endpoint = endpoint, .options = narrow, .limits = {}});
  for (int i = 0; i < 50; ++i)
    loop.push(io::send_frames{socket_id{2}, peer_id{}, frame(), text(std::to_string(i))});
  loop.sink.wait_for<io::connected>();
  bare_peer broker(zmq::socket_type::router);
  broker.socket.bind(endpoint);
  for (int i = 0; i < 50; ++i)
    CHECK(broker.receive().at(1) == std::to_string(i));
  CHECK(loop.sink.all<io::peer_unreachable>().empty());
}
