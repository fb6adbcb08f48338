#include "mdp/net/context.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/shared_listener.hpp"
#include "mdp/net/socket_monitor.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <list>
#include <optional>
#include <string>

using namespace mdp;
using namespace mdp::test;

namespace {

/// A ROUTER in a context of its own, as each loop has one.
struct listening {
  net::context context;
  zmq::socket_t router{context.handle(), zmq::socket_type::router};
  std::optional<net::socket_monitor> monitor{std::in_place, context, router};
  std::size_t heard = 0;
  std::size_t failed_accepts = 0;

  listening() { router.set(zmq::sockopt::linger, 0); }

  void listen() {
    while (const auto size = receive())
      heard += *size > 0 ? 1 : 0;
    failed_accepts += monitor->take().failed_accepts;
  }

private:
  std::optional<std::size_t> receive() {
    zmq::message_t id;
    zmq::message_t said;
    if (!router.recv(id, zmq::recv_flags::dontwait))
      return std::nullopt;
    return router.recv(said);
  }
};

struct sharing {
  std::list<listening> routers{2};
  std::list<zmq::socket_t> peers;
  zmq::context_t outside;
  std::optional<net::shared_listener> door;
  std::string endpoint;

  ~sharing() {
    peers.clear();
    outside.close();
  }

  void open(const std::string& at) {
    auto& first = routers.front();
    REQUIRE_FALSE(net::bind(first.router, at));
    endpoint = net::last_endpoint(first.router);
    const auto descriptors = first.monitor->take_listening();
    REQUIRE(descriptors.size() == 1);
    door.emplace(descriptors.front());
    REQUIRE_FALSE(door->add(routers.back().router, endpoint));
    CHECK(net::last_endpoint(routers.back().router) == endpoint);
  }

  /// So many come, one by one, and each is heard.
  void come(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto& peer = peers.emplace_back(outside, zmq::socket_type::dealer);
      peer.set(zmq::sockopt::linger, 0);
      REQUIRE_FALSE(net::connect(peer, endpoint));
      peer.send(zmq::str_buffer("hello"), zmq::send_flags::none);
      REQUIRE(eventually([&] { return heard() == peers.size(); }));
    }
  }

  std::size_t heard() {
    std::size_t sum = gone_;
    for (auto& router : routers) {
      router.listen();
      sum += router.heard;
    }
    return sum;
  }

  void close_first() {
    gone_ += routers.front().heard;
    routers.pop_front();
  }

private:
  std::size_t gone_ = 0; // what those have heard that are closed
};

} // namespace

TEST_CASE_FIXTURE(sharing, "routers of two contexts accept at one place, each connection once") {
  temporary_folder folder;
  SUBCASE("on TCP") {
    open("tcp://127.0.0.1:*");
  }
  SUBCASE("on a local socket") {
    open("ipc://" + folder.path() + "/door");
  }
  come(30);
  CHECK(peers.size() == routers.front().heard + routers.back().heard);
  // Whoever is woken and finds that the other was first has not failed.
  CHECK(routers.front().failed_accepts == 0);
  CHECK(routers.back().failed_accepts == 0);
}

TEST_CASE_FIXTURE(sharing, "the second router accepts all when the first is closed") {
  open("tcp://127.0.0.1:*");
  come(2);
  close_first();
  come(5);
  CHECK(routers.back().heard >= 5);
}

TEST_CASE_FIXTURE(sharing, "a place is free again when all who listen there are closed") {
  open("tcp://127.0.0.1:*");
  close_first();
  listening next;
  CHECK(net::bind(next.router, endpoint)); // the second is there
  routers.clear();
  CHECK(net::bind(next.router, endpoint)); // and now nobody, but the door is open
  door.reset();
  CHECK(eventually([&] { return !net::bind(next.router, endpoint); }));
}

TEST_CASE_FIXTURE(sharing,
                  "asking where a router listens loses nothing of what its monitor has seen") {
  open("tcp://127.0.0.1:*");
  routers.pop_back(); // so that the first accepts
  auto& first = routers.front();
  auto& peer = peers.emplace_back(outside, zmq::socket_type::dealer);
  REQUIRE_FALSE(net::connect(peer, endpoint));
  peer.send(zmq::str_buffer("hello"), zmq::send_flags::none);
  zmq::message_t received;
  REQUIRE(first.router.recv(received)); // so it was accepted
  CHECK(first.monitor->take_listening().empty());
  CHECK(first.monitor->take().accepted.size() == 1);
}
