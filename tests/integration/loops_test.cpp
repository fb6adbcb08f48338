#include "integration/asking.hpp"
#include "integration/open_broker.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/wire/constants.hpp"
#include "support/eventually.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>
#include <zmq_addon.hpp>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A broker with several loops. Who is at which of them is chance; with so many peers on both sides requests
// cross from each to each.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t many = 24;

broker_config with_loops(std::size_t loops) {
  broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  config.loops = loops;
  return config;
}

/// Echoes, on as many connections as are asked for, some of which speak 0.1.
class echo_workers {
public:
  echo_workers(const std::string& endpoint, std::uint32_t connections) {
    for (const auto version : {wire::protocol_version::v0_1, wire::protocol_version::v0_2}) {
      worker_config config;
      config.brokers = {endpoint};
      config.service = "echo";
      config.version = version;
      config.connections = connections / 2;
      config.capacity = version == wire::protocol_version::v0_2 ? 4 : 0;
      config.heartbeat = {500ms, 20};
      config.reconnect.max = 200ms;
      config.work = [](message request, const send_part_function&) { return request; };
      workers_.push_back(std::make_unique<worker_runtime>(std::move(config)));
      workers_.back()->start();
    }
  }

private:
  std::vector<std::unique_ptr<worker_runtime>> workers_;
};

/// So many clients, each with several requests open, hear their own answers.
void all_are_answered(const std::string& endpoint) {
  std::list<asking> clients;
  std::vector<std::pair<std::string, std::future<request_result>>> open;
  for (std::size_t i = 0; i < many; ++i) {
    auto& client = clients.emplace_back(endpoint);
    for (int j = 0; j < 20; ++j) {
      auto text = std::to_string(i) + '/' + std::to_string(j);
      open.emplace_back(text, client.ask("echo", text));
    }
  }
  for (auto& [text, pending] : open)
    CHECK(asking::text(std::move(pending)) == text);
}

} // namespace

TEST_CASE("clients and workers at any of a broker's loops find each other") {
  broker_runtime broker(with_loops(3));
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  CHECK(endpoints->size() == 1); // one place for all
  const echo_workers workers(endpoints->front(), 8);
  all_are_answered(endpoints->front());
  CHECK(broker.tree().children.size() >= 4); // three loops and the broker
}

TEST_CASE("7-2 each loop has a door for clients and another for workers") {
  auto config = with_loops(2);
  config.worker_endpoints = {"tcp://127.0.0.1:*"};
  broker_runtime broker(std::move(config));
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  REQUIRE(endpoints->size() == 2);
  const echo_workers workers(endpoints->back(), 8);
  all_are_answered(endpoints->front());
  CHECK(broker.counters()->wrong_door.value() == 0);
}

TEST_CASE("a service inside the process answers clients at all loops") {
  broker_runtime broker(with_loops(2));
  service_spec echo;
  echo.work = work_function([](message request, const send_part_function&) { return request; });
  echo.instances = 2;
  REQUIRE(broker.spawn_service("echo", std::move(echo)));
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  all_are_answered(endpoints->front());
}

TEST_CASE("all loops together let in as many peers as the broker may have") {
  auto config = with_loops(3);
  config.peers.max_peers = 5;
  broker_runtime broker(std::move(config));
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  zmq::context_t context;
  std::list<zmq::socket_t> peers;
  for (std::size_t i = 0; i < many; ++i) {
    auto& peer = peers.emplace_back(context, zmq::socket_type::dealer);
    peer.set(zmq::sockopt::linger, 0);
    peer.connect(endpoints->front());
    const std::string_view question[] = {wire::client_header_v0_2, "\x01", "mmi.service", "echo"};
    REQUIRE(zmq::send_multipart(
      peer, std::vector<zmq::const_buffer>{zmq::buffer(question[0]), zmq::buffer(question[1]),
                                           zmq::buffer(question[2]), zmq::buffer(question[3])}));
  }
  const auto counted = broker.counters();
  CHECK(eventually([&] { return counted->house_full.value() == many - 5; }));
  CHECK(counted->clients.value() == 5);
}

TEST_CASE("a broker that loses any of its loops serves again on the same port") {
  open_broker broker({}, 3);
  const echo_workers workers(broker.endpoint(), 2);
  REQUIRE(answers(broker.endpoint()));
  for (std::size_t lost = 0; lost < 3; ++lost) {
    CAPTURE(lost);
    const auto before = broker.loops();
    caf::anon_send_exit(before.at(lost), caf::exit_reason::kill);
    REQUIRE(eventually([&] { return broker.loops().at(lost) != before.at(lost); }));
    CHECK(answers(broker.endpoint()));
  }
}

TEST_CASE("several loops serve again when the registry is lost, their sockets untouched") {
  open_broker broker({}, 2);
  const echo_workers workers(broker.endpoint(), 2);
  REQUIRE(answers(broker.endpoint()));
  const auto loops = broker.loops();
  const auto before = broker.registry();
  caf::anon_send_exit(before, caf::exit_reason::kill);
  REQUIRE(eventually([&] { return broker.registry() != before; }));
  all_are_answered(broker.endpoint());
  CHECK(broker.loops() == loops);
}

TEST_CASE("a busy port is said once, however many loops there are, and a stop leaves it free") {
  std::string endpoint;
  {
    broker_runtime first(with_loops(2));
    const auto endpoints = first.start();
    REQUIRE(endpoints);
    endpoint = endpoints->front();
    auto config = with_loops(2);
    config.endpoints = {endpoint};
    broker_runtime second(std::move(config));
    const auto refused = second.start();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find("cannot bind " + endpoint) == 0);
  }
  auto config = with_loops(2);
  config.endpoints = {endpoint};
  broker_runtime third(std::move(config));
  CHECK(third.start());
}

TEST_CASE("what several loops cannot share is said before anything starts") {
  auto config = with_loops(2);
  config.endpoints = {"inproc://here"};
  REQUIRE(validate(config).size() == 1);
  CHECK(validate(config).front().find("inproc://here: several loops") == 0);
  config.loops = 1;
  CHECK(validate(config).empty());
  config.loops = 0;
  CHECK_FALSE(validate(config).empty());
}
