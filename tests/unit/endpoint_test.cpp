#include "mdp/net/context.hpp"
#include "mdp/net/endpoint.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp::net;

namespace {

bool can_bind(std::string_view endpoint) {
  return !check_endpoint(endpoint, endpoint_use::bind);
}

bool can_connect(std::string_view endpoint) {
  return !check_endpoint(endpoint, endpoint_use::connect);
}

} // namespace

TEST_CASE("endpoints of all three transports are good for both uses") {
  for (const auto* endpoint :
       {"tcp://127.0.0.1:5555", "tcp://[::1]:5555", "tcp://eth0:1", "tcp://192.168.1.1:65535",
        "ipc:///run/mdp/broker", "ipc://relative path", "ipc://@abstract", "ipc://caf\xc3\xa9",
        "inproc://name"}) {
    CAPTURE(endpoint);
    CHECK(can_bind(endpoint));
    CHECK(can_connect(endpoint));
  }
}

TEST_CASE("only who listens may leave the rest to the system") {
  for (const auto* endpoint :
       {"tcp://*:5555", "tcp://*:*", "tcp://127.0.0.1:*", "tcp://127.0.0.1:0", "ipc://*"}) {
    CAPTURE(endpoint);
    CHECK(can_bind(endpoint));
    CHECK_FALSE(can_connect(endpoint));
  }
}

TEST_CASE("only who connects may name a host or where it connects from") {
  for (const auto* endpoint : {"tcp://localhost:5555", "tcp://eth0:0;192.168.1.1:5555"}) {
    CAPTURE(endpoint);
    CHECK_FALSE(can_bind(endpoint));
    CHECK(can_connect(endpoint));
  }
}

TEST_CASE("a wrong endpoint is refused with a reason of one line") {
  for (const std::string endpoint : {"",
                                     "5555",
                                     "127.0.0.1:5555",
                                     "tcp:/127.0.0.1:5555",
                                     "http://127.0.0.1:80",
                                     "://x:1",
                                     "TCP://127.0.0.1:5555",
                                     "tcp://",
                                     "tcp://127.0.0.1",
                                     "tcp://:5555",
                                     "tcp://127.0.0.1:",
                                     "tcp://127.0.0.1:port",
                                     "tcp://127.0.0.1:65536",
                                     "tcp://127.0.0.1:-1",
                                     "tcp://127.0.0.1:5555x",
                                     "tcp://127.0.0.1:99999999999999999999",
                                     "tcp://::1:5555",
                                     "tcp://[::1:5555",
                                     "tcp://a host:5555",
                                     "tcp://127.0.0.1:5555\n",
                                     "ipc://",
                                     "ipc://@",
                                     "inproc://"}) {
    CAPTURE(endpoint);
    for (const auto use : {endpoint_use::bind, endpoint_use::connect}) {
      const auto reason = check_endpoint(endpoint, use);
      REQUIRE(reason.has_value());
      CHECK_FALSE(reason->empty());
      CHECK(reason->find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("a local socket's path must fit into the system's structure") {
  CHECK(can_bind("ipc://" + std::string(107, 'x')));
  CHECK_FALSE(can_bind("ipc://" + std::string(108, 'x')));
}

TEST_CASE("only an IPv6 address by number needs IPv6") {
  CHECK(is_ipv6_literal("tcp://[::1]:5555"));
  CHECK(is_ipv6_literal("tcp://[fe80::1%eth0]:*"));
  CHECK_FALSE(is_ipv6_literal("tcp://127.0.0.1:5555"));
  CHECK_FALSE(is_ipv6_literal("ipc:///tmp/[odd]"));
}

TEST_CASE("the last endpoint has the port that the system chose") {
  context owner;
  zmq::socket_t socket(owner.handle(), zmq::socket_type::router);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("tcp://127.0.0.1:*");
  const auto endpoint = last_endpoint(socket);
  CHECK(endpoint.starts_with("tcp://127.0.0.1:"));
  CHECK(can_connect(endpoint));
}

TEST_CASE("what only this machine can reach is told from what others can") {
  for (const auto* endpoint : {"ipc:///run/x", "inproc://x", "tcp://127.0.0.1:5555",
                               "tcp://127.1.2.3:5555", "tcp://[::1]:5555", "tcp://lo:5555"})
    CHECK_MESSAGE(is_local(endpoint), endpoint);
  for (const auto* endpoint :
       {"tcp://*:5555", "tcp://0.0.0.0:5555", "tcp://10.0.0.1:5555", "tcp://[::]:5555",
        "tcp://[fd00::1]:5555", "tcp://eth0:5555", "tcp://lofty:5555", "tcp://[::10]:5555"})
    CHECK_FALSE_MESSAGE(is_local(endpoint), endpoint);
}
