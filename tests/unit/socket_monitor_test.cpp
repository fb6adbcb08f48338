#include "mdp/net/descriptors.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/frames_io.hpp"
#include "mdp/net/socket_monitor.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

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

TEST_CASE_FIXTURE(watched_router, "the system counts what a connection receives, read or not") {
  auto peer = connected_peer();
  const auto descriptor = monitor->take().changes.at(0).descriptor;
  const auto before = net::bytes_received(descriptor);
  REQUIRE(before);
  CHECK(*before > 5);
  const std::string body(100'000, 'x');
  peer.send(zmq::buffer(body), zmq::send_flags::none);
  CHECK(eventually(
    [&] { return net::bytes_received(descriptor).value_or(0) > *before + body.size(); }));
  CHECK_FALSE(net::bytes_received(-1));
}

TEST_CASE_FIXTURE(watched_router, "a message says by which connection it came") {
  auto first = connected_peer();
  auto second = connected_peer();
  const auto changes = monitor->take().changes;
  REQUIRE(changes.size() == 2);
  second.send(zmq::str_buffer("hello"), zmq::send_flags::none);
  frame who;
  message what;
  int connection = -1;
  REQUIRE(eventually([&] {
    return net::receive_from(router, {10, 1000}, who, what, &connection).status ==
           net::receive_status::received;
  }));
  CHECK(connection == changes[1].descriptor);
}
