#include "actors/loop_harness.hpp"
#include "mdp/net/steady_now.hpp"
#include "support/process.hpp"

#include <atomic>
#include <memory>
#include <set>

using namespace mdp;
using namespace mdp::test;

TEST_CASE("a ROUTER on any port reports the endpoints it really has, in their order") {
  const temporary_folder folder;
  running_loop loop;
  loop.start();
  const auto ipc = "ipc://" + folder.path() + "/router";
  loop.push(io::open_router{router_id, {std::string(any_tcp_port), ipc}, {}, {}});
  const auto report = loop.sink.wait_for<io::bound>();
  CHECK(report.socket == router_id);
  REQUIRE(report.endpoints.size() == 2);
  CHECK(report.endpoints[0].starts_with("tcp://127.0.0.1:"));
  CHECK(report.endpoints[0] != any_tcp_port);
  CHECK(report.endpoints[1] == ipc);
  bare_peer over_tcp;
  over_tcp.socket.connect(report.endpoints[0]);
  over_tcp.request("hello");
  bare_peer over_ipc;
  over_ipc.socket.connect(report.endpoints[1]);
  over_ipc.request("hello");
  loop.sink.wait_for<io::router_input>(2);
}

TEST_CASE("a ROUTER speaks IPv6 when it is told an IPv6 address") {
  running_loop loop;
  const auto endpoint = loop.start_router("tcp://[::1]:*");
  bare_peer client;
  client.socket.set(zmq::sockopt::ipv6, true);
  client.socket.connect(endpoint);
  client.request("hello");
  loop.sink.wait_for<io::router_input>();
}

TEST_CASE("a busy port is bind_failed with its endpoint, and nothing stays bound") {
  std::string idle;
  {
    running_loop past;
    idle = past.start_router();
  }
  running_loop first;
  const auto busy = first.start_router();
  running_loop second;
  second.start();
  second.push(io::open_router{socket_id{7}, {idle, busy}, {}, {}});
  const auto report = second.sink.wait_for<io::bind_failed>();
  CHECK(report.socket == socket_id{7});
  CHECK(report.endpoint == busy);
  CHECK(report.error == std::errc::address_in_use);
  CHECK(report.error.message() == zmq_strerror(EADDRINUSE));

  // The other port is free again, as soon as libzmq has let go of it.
  socket_id next{8};
  CHECK(eventually([&] {
    second.push(io::open_router{next, {idle}, {}, {}});
    ++next.value;
    return !second.sink.all<io::bound>().empty();
  }));
}

TEST_CASE("what cannot be bound or connected is said with the reason") {
  running_loop loop;
  loop.start();
  loop.push(io::open_router{socket_id{1}, {"nonsense"}, {}, {}});
  loop.push(io::open_router{socket_id{2}, {}, {}, {}});
  net::socket_config bad;
  bad.receive_high_water_mark = 0;
  loop.push(io::open_router{socket_id{3}, {std::string(any_tcp_port)}, bad, {}});
  loop.push(io::open_dealer{
    .socket = socket_id{4}, .endpoint = "tcp://127.0.0.1:x", .options = {}, .limits = {}});
  loop.sink.wait_for<io::connect_failed>();
  const auto failures = loop.sink.all<io::bind_failed>();
  REQUIRE(failures.size() == 3);
  CHECK(failures[0].endpoint == "nonsense");
  for (const auto& failure : failures)
    CHECK(failure.error == std::errc::invalid_argument);
  const auto failure = loop.sink.all<io::connect_failed>().at(0);
  CHECK(failure.socket == socket_id{4});
  CHECK(failure.endpoint == "tcp://127.0.0.1:x");
  CHECK(failure.error == std::errc::invalid_argument);
}

TEST_CASE("a request comes out decoded and stamped, and its answer goes back to who asked") {
  const temporary_folder folder;
  for (const auto& endpoint : {std::string(any_tcp_port), "ipc://" + folder.path() + "/router"}) {
    CAPTURE(endpoint);
    running_loop loop;
    loop.sink.on_batch = [&](std::vector<io::loop_report>& batch) {
      for (auto& report : batch) {
        if (const auto* input = std::get_if<io::router_input>(&report))
          loop.send(input->routing_id, peer_id{1}, request_in(*input).body);
      }
    };
    const auto real = loop.start_router(endpoint);
    const auto before = net::steady_now();
    std::vector<std::unique_ptr<bare_peer>> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<bare_peer>());
      clients.back()->socket.connect(real);
      clients.back()->request("hello " + std::to_string(i));
    }
    for (int i = 0; i < 3; ++i)
      CHECK(clients[i]->receive() == std::vector{"hello " + std::to_string(i)});

    std::set<std::string> who;
    for (const auto& input : loop.sink.all<io::router_input>()) {
      CHECK(input.socket == router_id);
      CHECK(input.input.version == wire::protocol_version::v0_2);
      CHECK(request_in(input).service == "echo");
      CHECK(input.received_at >= before);
      CHECK(input.received_at <= net::steady_now());
      who.insert(input.routing_id.hex());
    }
    CHECK(who.size() == 3);
  }
}

TEST_CASE("large bodies go through the loop in both directions") {
  running_loop loop;
  loop.sink.on_batch = [&](std::vector<io::loop_report>& batch) {
    for (auto& report : batch) {
      if (const auto* input = std::get_if<io::router_input>(&report))
        loop.send(input->routing_id, peer_id{1}, request_in(*input).body);
    }
  };
  bare_peer client;
  client.socket.connect(loop.start_router());
  for (const std::size_t size : {0U, 512U, 513U, 8192U, 8193U, 3U << 20U}) {
    const std::string body(size, 'b');
    client.request(body);
    CHECK(client.receive() == std::vector{body});
  }
}

TEST_CASE("T16 one turn takes a bounded number of messages, and nothing is left lying") {
  std::atomic<std::size_t> largest = 0; // outlives the loop, which writes it
  running_loop loop;
  loop.sink.on_batch = [&](std::vector<io::loop_report>& batch) {
    largest = std::max(largest.load(), batch.size());
  };
  const auto endpoint = loop.start_router();
  constexpr std::size_t count = 5 * defaults::turn_max_messages;
  bare_peer client;
  client.socket.connect(endpoint);
  for (std::size_t i = 0; i < count; ++i)
    client.request(std::to_string(i));
  loop.sink.wait_for<io::router_input>(count);
  CHECK(largest <= defaults::turn_max_messages);
  const auto inputs = loop.sink.all<io::router_input>();
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(request_in(inputs[i]).body[0].text() == std::to_string(i));
}

TEST_CASE("T16 a batch weighs what was read for it, also if that is more than a turn may read") {
  running_loop loop;
  bare_peer client;
  client.socket.connect(loop.start_router());
  constexpr std::size_t body = 3 * defaults::turn_max_bytes;
  client.request(std::string(body, 'x'));
  loop.sink.wait_for<io::router_input>(1);
  CHECK(loop.sink.read_bytes >= body);
  CHECK(loop.sink.read_bytes < body + defaults::load_unit_bytes); // the other frames
  client.request("small");
  loop.sink.wait_for<io::router_input>(2);
  CHECK(loop.sink.read_bytes < body + 2 * defaults::load_unit_bytes);
}

TEST_CASE("T16 a loop whose actors are behind reads nothing until they have caught up") {
  running_loop loop;
  const auto endpoint = loop.start_router();
  loop.sink.is_full = true;
  // It still does what it is told, and in the turn after that it knows that there is no room.
  loop.push(io::open_router{socket_id{7}, {std::string(any_tcp_port)}, {}, {}});
  loop.sink.wait_for<io::bound>(2);
  bare_peer client;
  client.socket.connect(endpoint);
  for (int i = 0; i < 10; ++i)
    client.request(std::to_string(i));
  loop.push(io::open_router{socket_id{8}, {std::string(any_tcp_port)}, {}, {}});
  loop.sink.wait_for<io::bound>(3);
  CHECK(loop.sink.all<io::router_input>().empty());
  loop.sink.is_full = false;
  loop.sink.wait_for<io::router_input>(10);
}

TEST_CASE("the loop comes back without waiting as long as its sink has something to run") {
  std::atomic<int> left = 1000; // outlives the loop, which looks at it
  running_loop loop;
  loop.sink.on_run_pending = [&] { return left > 0 && --left > 0; };
  loop.start();
  loop.push(io::close_socket{}); // wakes it once; nobody does so again
  CHECK(eventually([&] { return left == 0; }));
}

TEST_CASE("a loop that sleeps comes back when its sink has something to do, and sleeps again") {
  std::atomic<int> left = 20;
  std::atomic<int> early = 0;
  running_loop loop;
  loop.sink.on_run_pending = [&] {
    const auto now = net::steady_now();
    if (now < loop.sink.due.load())
      ++early;
    else
      loop.sink.due = --left > 0 ? now + 5ms : never;
    return false;
  };
  loop.sink.due = net::steady_now();
  loop.start(); // nobody wakes it
  CHECK(eventually([&] { return left == 0; }));
  CHECK(early < 20); // whoever does not sleep is here ten thousand times
}

TEST_CASE("T8: a multipart too long or too large is reported and dropped, its peer is served on") {
  wire::limits limits;
  limits.max_frames = 10;
  limits.max_bytes = 1000;
  running_loop loop;
  bare_peer client;
  client.socket.connect(loop.start_router(any_tcp_port, {}, limits));
  client.send(std::vector<std::string>(11, "x"));
  client.send({"a", std::string(500, 'x'), std::string(500, 'x')});
  client.request("good");
  const auto good = loop.sink.wait_for<io::router_input>();
  CHECK(request_in(good).body[0] == "good");
  const auto bad = loop.sink.all<io::invalid_input>();
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].error == wire::decode_error::too_many_frames);
  CHECK(bad[1].error == wire::decode_error::too_many_bytes);
  for (const auto& each : bad) {
    CHECK(each.socket == router_id);
    CHECK(each.routing_id == good.routing_id);
  }
}

TEST_CASE("T20: garbage is reported with who sent it and the header seen, cut short") {
  running_loop loop;
  bare_peer client;
  client.socket.connect(loop.start_router());
  client.send({"MDPC09", "\x01", "echo", "body"});
  client.send({std::string(5000, 'z')});
  client.send({"a\n[error] b"});
  client.request("good");
  const auto good = loop.sink.wait_for<io::router_input>();
  const auto bad = loop.sink.all<io::invalid_input>();
  REQUIRE(bad.size() == 3);
  CHECK(bad[0].error == wire::decode_error::unsupported_version);
  CHECK(bad[0].header == "MDPC09");
  CHECK(bad[0].routing_id == good.routing_id);
  CHECK(bad[1].error == wire::decode_error::unknown_header);
  CHECK(bad[1].header.size() < 100);
  CHECK(bad[2].header == "a?[error] b"); // forges no line of the log
}

TEST_CASE("T19: a probe is told from garbage") {
  running_loop loop;
  bare_peer client;
  client.socket.set(zmq::sockopt::probe_router, true);
  client.socket.connect(loop.start_router());
  CHECK(loop.sink.wait_for<io::invalid_input>().error == wire::decode_error::probe);
}
