#include "mdp/net/context.hpp"
#include "mdp/net/descriptors.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/socket_monitor.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/security/certificate.hpp"
#include "support/eventually.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

using namespace mdp;
using namespace mdp::test;

namespace {

/// A ROUTER whose connections are watched.
struct listener {
  net::context context;
  zmq::socket_t router{context.handle(), zmq::socket_type::router};
  std::optional<net::socket_monitor> monitor;

  explicit listener(const net::socket_config& config) {
    REQUIRE_FALSE(net::configure(router, config));
    monitor.emplace(context, router);
    REQUIRE_FALSE(net::bind(router, "tcp://127.0.0.1:*"));
  }

  int next_connection() {
    std::optional<int> descriptor;
    REQUIRE(eventually([&] {
      for (const auto& each : monitor->take().changes)
        if (each.is_open)
          descriptor = each.descriptor;
      return descriptor.has_value();
    }));
    return *descriptor;
  }

  [[nodiscard]] bool is_through(int descriptor) {
    const auto needed = net::shortest_handshake(router);
    const auto traffic = net::traffic_of(descriptor);
    return traffic && traffic->received >= needed.received && traffic->sent >= needed.sent;
  }
};

/// A TCP connection that says what it is told.
class bare_peer {
public:
  explicit bare_peer(const std::string& endpoint) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
  }
  ~bare_peer() { ::close(fd_); }
  bare_peer(const bare_peer&) = delete;
  bare_peer& operator=(const bare_peer&) = delete;

  void greet(const std::string& mechanism) {
    std::string greeting("\xff\0\0\0\0\0\0\0\0\x7f\x03\0", 12);
    greeting += mechanism + std::string(20 - mechanism.size(), '\0') + std::string(32, '\0');
    REQUIRE(::send(fd_, greeting.data(), greeting.size(), MSG_NOSIGNAL) == 64);
  }

  /// Whether the other side has closed, once it has; it reads all that comes before.
  [[nodiscard]] bool is_hung_up_on() {
    char some[256];
    const auto count = ::recv(fd_, some, sizeof some, MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno == ECONNRESET);
  }

private:
  int fd_;
};

net::socket_config curve_listener() {
  net::socket_config config;
  config.curve.own = std::make_shared<security::certificate>(security::certificate::generate());
  return config;
}

} // namespace

TEST_CASE("T8 a handshake that is not finished in time is ended by libzmq") {
  net::socket_config config;
  config.handshake_timeout = std::chrono::milliseconds(50);
  listener broker(config);
  bare_peer silent(net::last_endpoint(broker.router));
  CHECK(eventually([&] { return silent.is_hung_up_on(); }));
}

TEST_CASE("what has gone over a connection says whether its handshake is over") {
  SUBCASE("without a mechanism") {
    listener broker({});
    bare_peer silent(net::last_endpoint(broker.router));
    const auto half = broker.next_connection();
    silent.greet("NULL");
    REQUIRE(eventually([&] { return net::traffic_of(half)->received == 64; }));
    CHECK_FALSE(broker.is_through(half));
    zmq::socket_t peer(broker.context.handle(), zmq::socket_type::req); // the shortest READY
    peer.set(zmq::sockopt::linger, 0);
    REQUIRE_FALSE(net::connect(peer, net::last_endpoint(broker.router)));
    const auto whole = broker.next_connection();
    CHECK(eventually([&] { return broker.is_through(whole); }));
    CHECK_FALSE(broker.is_through(half));
  }
  SUBCASE("by CURVE, where a greeting is answered, and nothing else without a key") {
    const auto config = curve_listener();
    listener broker(config);
    bare_peer silent(net::last_endpoint(broker.router));
    const auto half = broker.next_connection();
    silent.greet("CURVE");
    net::socket_config knows;
    knows.curve.server = config.curve.own->key();
    zmq::socket_t peer(broker.context.handle(), zmq::socket_type::dealer);
    REQUIRE_FALSE(net::configure(peer, knows));
    REQUIRE_FALSE(net::connect(peer, net::last_endpoint(broker.router)));
    // No ZAP handler is there, and it is not guarded: whoever has a key is let in.
    const auto whole = broker.next_connection();
    CHECK(eventually([&] { return broker.is_through(whole); }));
    CHECK_FALSE(broker.is_through(half));
  }
}

TEST_CASE("PLAIN and CURVE exclude each other, and neither is half configured") {
  net::context context;
  zmq::socket_t router(context.handle(), zmq::socket_type::router);
  auto both = curve_listener();
  both.plain.is_listener = true;
  CHECK(net::configure(router, both));
  zmq::socket_t dealer(context.handle(), zmq::socket_type::dealer);
  net::socket_config nameless;
  nameless.plain.user = "alice"; // without a password
  CHECK(net::configure(dealer, nameless));
  net::socket_config listens;
  listens.plain.is_listener = true;
  CHECK(net::configure(dealer, listens)); // who connects asks nobody
  CHECK_FALSE(net::configure(router, listens));
}

TEST_CASE(
  "a peer's network is its IPv4 address, or the half of its IPv6 address that it cannot choose") {
  listener broker({});
  bare_peer one(net::last_endpoint(broker.router));
  CHECK(net::peer_network(broker.next_connection()) == std::string("\x7f\0\0\x01", 4));
  CHECK_FALSE(net::peer_network(-1));
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  CHECK_FALSE(net::peer_network(pair[0]));
  CHECK_FALSE(net::traffic_of(pair[0]));
  ::close(pair[0]);
  ::close(pair[1]);
}
