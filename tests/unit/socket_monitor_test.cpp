#include "mdp/net/descriptors.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/frames_io.hpp"
#include "mdp/net/socket_monitor.hpp"
#include "mdp/net/socket_options.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::test;

namespace {

struct watched_router {
  net::context context;
  zmq::socket_t router{context.handle(), zmq::socket_type::router};
  std::optional<net::socket_monitor> monitor;

  watched_router() {
    monitor.emplace(context, router);
    REQUIRE_FALSE(net::bind(router, "tcp://127.0.0.1:*"));
  }

  zmq::socket_t connected_peer() {
    zmq::socket_t peer(context.handle(), zmq::socket_type::dealer);
    peer.set(zmq::sockopt::linger, 0);
    REQUIRE_FALSE(net::connect(peer, net::last_endpoint(router)));
    peer.send(zmq::str_buffer("hello"), zmq::send_flags::none);
    zmq::message_t received;
    REQUIRE(router.recv(received));
    REQUIRE(router.recv(received));
    return peer;
  }
};

} // namespace

TEST_CASE_FIXTURE(watched_router, "a monitor counts the connections that have ended") {
  auto first = connected_peer();
  auto second = connected_peer();
  CHECK(monitor->take().lost_connections == 0);
  first.close();
  second.close();
  std::size_t lost = 0;
  CHECK(eventually([&] { return (lost += monitor->take().lost_connections) == 2; }));
  CHECK(monitor->take().failed_accepts == 0);
}

TEST_CASE_FIXTURE(watched_router,
                  "a monitor may end before its socket, whatever still happens to that") {
  auto peer = connected_peer();
  monitor.reset();
  peer.close();
  auto next = connected_peer(); // the I/O thread is alive
}

TEST_CASE_FIXTURE(watched_router, "who is hung up on is lost, and nobody else") {
  auto first = connected_peer();
  auto second = connected_peer();
  const auto news = monitor->take();
  REQUIRE(news.accepted.size() == 2);
  net::hang_up(news.accepted.back());
  std::size_t lost = 0;
  CHECK(eventually([&] { return (lost += monitor->take().lost_connections) == 1; }));
  first.send(zmq::str_buffer("still here"), zmq::send_flags::none);
  zmq::message_t received;
  REQUIRE(router.recv(received));
  REQUIRE(router.recv(received));
  CHECK(received.to_string_view() == "still here");
}

TEST_CASE_FIXTURE(watched_router, "which connections begin and end is told in their order") {
  auto peer = connected_peer();
  auto changes = monitor->take().changes;
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].is_open);
  const auto descriptor = changes[0].descriptor;
  peer.close();
  REQUIRE(eventually([&] {
    changes = monitor->take().changes;
    return !changes.empty();
  }));
  CHECK_FALSE(changes[0].is_open);
  CHECK(changes[0].descriptor == descriptor);
}

TEST_CASE_FIXTURE(watched_router, "the system counts what libzmq reads from a connection, whether "
                                  "somebody takes it or not") {
  auto peer = connected_peer();
  const auto descriptor = monitor->take().changes.at(0).descriptor;
  const auto before = net::bytes_read(descriptor);
  REQUIRE(before);
  CHECK(*before > 5);
  const std::string body(100'000, 'x');
  peer.send(zmq::buffer(body), zmq::send_flags::none);
  CHECK(
    eventually([&] { return net::bytes_read(descriptor).value_or(0) > *before + body.size(); }));
  CHECK_FALSE(net::bytes_read(-1));
}

TEST_CASE("T8 what a message took on the wire is known to the byte, with CURVE as well") {
  for (const bool is_sealed : {false, true}) {
    CAPTURE(is_sealed);
    net::context context;
    zmq::socket_t router(context.handle(), zmq::socket_type::router);
    zmq::socket_t peer(context.handle(), zmq::socket_type::dealer);
    peer.set(zmq::sockopt::linger, 0);
    if (is_sealed) {
      std::array<char, 41> open{};
      std::array<char, 41> secret{};
      REQUIRE(zmq_curve_keypair(open.data(), secret.data()) == 0);
      router.set(zmq::sockopt::curve_server, true);
      router.set(zmq::sockopt::curve_secretkey, secret.data());
      peer.set(zmq::sockopt::curve_serverkey, open.data());
      peer.set(zmq::sockopt::curve_publickey, open.data());
      peer.set(zmq::sockopt::curve_secretkey, secret.data());
    }
    REQUIRE_FALSE(net::bind(router, "tcp://127.0.0.1:*"));
    REQUIRE_FALSE(net::connect(peer, net::last_endpoint(router)));
    frame who;
    message what;
    net::message_origin how;
    const auto receives = [&](const net::message_bounds& bounds) {
      return eventually([&] {
        return net::receive_from(router, bounds, who, what, &how,
                                 {.wrapping = net::wrapping_bytes(router)})
                 .status != net::receive_status::nothing;
      });
    };
    peer.send(zmq::str_buffer("hello"), zmq::send_flags::none);
    REQUIRE(receives({10, 1000}));
    const auto handshake = net::bytes_read(how.connection);
    REQUIRE(handshake);
    std::uint64_t taken = 0;
    for (const std::size_t size : {0, 1, 222, 223, 255, 256, 257, 5000, 70'000}) {
      const std::string body(size, 'x');
      for (int more = 3; more >= 0; --more)
        peer.send(zmq::buffer(body), more > 0 ? zmq::send_flags::sndmore : zmq::send_flags::none);
      REQUIRE(receives(size % 2 == 0 ? net::message_bounds{10, 1'000'000}
                                     : net::message_bounds{2, 1'000'000})); // dropped: counts too
      taken += how.wire_bytes;
    }
    CHECK(eventually([&] { return net::bytes_read(how.connection) == *handshake + taken; }));
  }
}

TEST_CASE_FIXTURE(watched_router, "a message says by which connection it came") {
  auto first = connected_peer();
  auto second = connected_peer();
  const auto changes = monitor->take().changes;
  REQUIRE(changes.size() == 2);
  second.send(zmq::str_buffer("hello"), zmq::send_flags::none);
  frame who;
  message what;
  net::message_origin origin;
  SUBCASE("as soon as it is there") {}
  SUBCASE("and when libzmq has read ahead, as a poll makes it do") {
    REQUIRE(eventually([&] { return (router.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }));
  }
  REQUIRE(eventually([&] {
    return net::receive_from(router, {10, 1000}, who, what, &origin).status ==
           net::receive_status::received;
  }));
  CHECK(origin.connection == changes[1].descriptor);
  CHECK(origin.user.empty());
}

TEST_CASE("who connects hears how its handshake has ended") {
  net::context context;
  zmq::socket_t door(context.handle(), zmq::socket_type::rep); // of RFC 27, lets nobody in
  zmq::socket_t router(context.handle(), zmq::socket_type::router);
  zmq::socket_t peer(context.handle(), zmq::socket_type::dealer);
  peer.set(zmq::sockopt::linger, 0);
  std::optional<net::handshake_end> expected;
  SUBCASE("it succeeds") {
    expected = net::handshake_end::succeeded;
  }
  SUBCASE("it is refused") {
    door.bind("inproc://zeromq.zap.01");
    router.set(zmq::sockopt::zap_domain, "test");
    expected = net::handshake_end::refused;
  }
  SUBCASE("it breaks off, as the router does not speak CURVE") {
    std::array<char, 41> open{};
    std::array<char, 41> secret{};
    REQUIRE(zmq_curve_keypair(open.data(), secret.data()) == 0);
    peer.set(zmq::sockopt::curve_serverkey, open.data());
    peer.set(zmq::sockopt::curve_publickey, open.data());
    peer.set(zmq::sockopt::curve_secretkey, secret.data());
    expected = net::handshake_end::broken;
  }
  net::socket_monitor monitor(context, peer, net::socket_monitor::side::connects);
  REQUIRE_FALSE(net::bind(router, "tcp://127.0.0.1:*"));
  REQUIRE_FALSE(net::connect(peer, net::last_endpoint(router)));
  if (expected == net::handshake_end::refused) {
    std::vector<std::string> asked;
    for (zmq::message_t part; asked.empty() || part.more(); asked.push_back(part.to_string()))
      REQUIRE(door.recv(part));
    for (const std::string& part :
         {asked[0], asked[1], std::string("400"), std::string("no"), std::string()})
      door.send(zmq::buffer(part), zmq::send_flags::sndmore);
    door.send(zmq::message_t(), zmq::send_flags::none);
  }
  CHECK(eventually([&] { return monitor.take().handshake == expected; }));
}
