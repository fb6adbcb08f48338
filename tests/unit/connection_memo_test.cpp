#include "mdp/net/connection_memo.hpp"
#include "mdp/net/context.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/frames_io.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>

#include <string>

using namespace mdp;
using namespace mdp::net;
using mdp::test::eventually;
using namespace std::literals;

namespace {

struct fixture {
  fixture() { REQUIRE_FALSE(bind(router, "tcp://127.0.0.1:*")); }

  /// A peer that says hello, under `routing_id` or as the router calls it.
  zmq::socket_t greeting_peer(const std::string& routing_id = {}) {
    zmq::socket_t peer(context.handle(), zmq::socket_type::dealer);
    peer.set(zmq::sockopt::linger, 0);
    if (!routing_id.empty())
      peer.set(zmq::sockopt::routing_id, routing_id);
    REQUIRE_FALSE(connect(peer, last_endpoint(router)));
    say_hello(peer);
    return peer;
  }

  void say_hello(zmq::socket_t& peer) {
    peer.send(zmq::str_buffer("hello"), zmq::send_flags::none);
    message what;
    REQUIRE(eventually([&] {
      return receive_from(router, {10, 1000}, who, what, &origin, {.memo = &memo}).status ==
             receive_status::received;
    }));
  }

  /// What it says without libzmq, which knows nothing of a message that nobody has sent.
  int by_heart() {
    zmq::message_t nobodys;
    return memo.connection_of(who, *nobodys.handle());
  }

  net::context context;
  zmq::socket_t router{context.handle(), zmq::socket_type::router};
  connection_memo memo;
  frame who;
  message_origin origin;
};

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "libzmq is asked once for the connection of a peer that it has numbered") {
  auto first = greeting_peer();
  const auto connection = origin.connection;
  CHECK(connection >= 0);
  CHECK(by_heart() == connection);
  say_hello(first);
  CHECK(origin.connection == connection);
  const auto second = greeting_peer();
  CHECK(origin.connection != connection);
  CHECK(by_heart() == origin.connection);
}

TEST_CASE_FIXTURE(fixture, "it is asked again when connections have come or gone") {
  auto peer = greeting_peer();
  memo.forget();
  CHECK(by_heart() == -1);
  CHECK(by_heart() == -1); // nor is that remembered
  say_hello(peer);
  CHECK(by_heart() == origin.connection);
}

TEST_CASE_FIXTURE(fixture,
                  "T8 it is asked each time about one who may come back by another connection") {
  for (const auto& id : {"alice"s, "\0abc"s, "\0abcde"s}) {
    auto peer = greeting_peer(id);
    CHECK(origin.connection >= 0);
    CHECK(by_heart() == -1);
  }
}
