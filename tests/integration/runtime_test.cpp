#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace std::chrono_literals;
using wire::protocol_version;

namespace {

broker_config local_broker() {
  broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  return config;
}

worker_config worker_for(const std::string& endpoint, work_function work) {
  worker_config config;
  config.brokers = {endpoint};
  config.service = "echo";
  config.work = std::move(work);
  return config;
}

message echo(message request, const send_part_function&) {
  return request;
}

client_config client_for(const std::string& endpoint) {
  client_config config;
  config.brokers = {endpoint};
  return config;
}

request_options patient() {
  request_options options;
  options.timeout = test::patience;
  options.attempts = 1;
  return options;
}

} // namespace

TEST_CASE("broker, worker and client live in one process and understand each other") {
  broker_runtime broker(local_broker());
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  for (const auto version : {protocol_version::v0_1, protocol_version::v0_2}) {
    auto config = worker_for(endpoints->front(), echo);
    config.version = version;
    worker_runtime worker(std::move(config));
    worker.start();
    for (const auto client_version : {protocol_version::v0_1, protocol_version::v0_2}) {
      auto asking = client_for(endpoints->front());
      asking.version = client_version;
      mdp::client client(std::move(asking));
      const auto reply = client.request("echo", {frame("a"), frame(""), frame("b")}, patient());
      REQUIRE(reply);
      CHECK(*reply == message{frame("a"), frame(""), frame("b")});
    }
  }
}

TEST_CASE("hundreds of open requests of one client find their own replies") {
  broker_runtime broker(local_broker());
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  auto config = worker_for(endpoints->front(), echo);
  config.connections = 2;
  config.capacity = 16;
  worker_runtime worker(std::move(config));
  worker.start();
  mdp::client client(client_for(endpoints->front()));
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 300; ++i)
    pending.push_back(client.submit("echo", {frame(std::to_string(i))}, patient()));
  for (int i = 0; i < 300; ++i) {
    const auto reply = pending[static_cast<std::size_t>(i)].get();
    REQUIRE(reply);
    CHECK(*reply == message{frame(std::to_string(i))});
  }
}

TEST_CASE("a large body passes unharmed") {
  broker_runtime broker(local_broker());
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  worker_runtime worker(worker_for(endpoints->front(), echo));
  worker.start();
  mdp::client client(client_for(endpoints->front()));
  std::string large(8U << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); i += 997)
    large[i] = static_cast<char>(i % 251);
  const auto reply = client.request("echo", {frame(large)}, patient());
  REQUIRE(reply);
  CHECK(*reply == message{frame(large)});
}

TEST_CASE("parts of a reply arrive in order and ahead of its end") {
  broker_runtime broker(local_broker());
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  worker_runtime worker(
    worker_for(endpoints->front(), [](const message&, const send_part_function& send_part) {
      for (int i = 0; i < 5; ++i)
        send_part({frame(std::to_string(i))});
      return message{frame("end")};
    }));
  worker.start();
  mdp::client client(client_for(endpoints->front()));
  auto options = patient();
  std::string parts;
  options.on_part = [&](const message& part) { parts += part[0].text(); };
  const auto reply = client.request("echo", {frame("x")}, std::move(options));
  REQUIRE(reply);
  CHECK(parts == "01234");
  CHECK(*reply == message{frame("end")});
}

TEST_CASE("a work function that throws answers mdp-status 500") {
  broker_runtime broker(local_broker());
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  worker_runtime worker(
    worker_for(endpoints->front(), [](const message&, const send_part_function&) -> message {
      throw std::runtime_error("out of paper");
    }));
  worker.start();
  mdp::client client(client_for(endpoints->front()));
  const auto reply = client.request("echo", {frame("x")}, patient());
  REQUIRE(reply);
  CHECK(*reply == message{frame("mdp-status 500 out of paper")});
}

TEST_CASE("a port that is in use is one clear line, not a crash") {
  broker_runtime first(local_broker());
  const auto endpoints = first.start();
  REQUIRE(endpoints);
  auto config = local_broker();
  config.endpoints = *endpoints;
  broker_runtime second(config);
  const auto outcome = second.start();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().find(endpoints->front()) != std::string::npos);
}

TEST_CASE("7-1 7-2 one ROUTER serves clients and workers, at several endpoints, ipc among them") {
  const test::temporary_folder folder;
  auto config = local_broker();
  config.endpoints.push_back("ipc://" + folder.path() + "/broker");
  broker_runtime broker(config);
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  REQUIRE(endpoints->size() == 2);
  worker_runtime worker(worker_for((*endpoints)[0], echo));
  worker.start();
  mdp::client client(client_for((*endpoints)[1]));
  const auto reply = client.request("echo", {frame("x")}, patient());
  REQUIRE(reply);
}

TEST_CASE("a broker can be started and stopped again and again on one port") {
  auto config = local_broker();
  for (int round = 0; round < 5; ++round) {
    broker_runtime broker(config);
    const auto endpoints = broker.start();
    REQUIRE(endpoints);
    config.endpoints = *endpoints; // the port of the first round
    broker.stop();
  }
}

TEST_CASE("a request nobody answers ends with a failure in its time") {
  broker_runtime broker(local_broker());
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  mdp::client client(client_for(endpoints->front()));
  request_options hasty;
  hasty.timeout = 50ms;
  hasty.attempts = 2;
  const auto reply = client.request("nobody", {frame("x")}, hasty);
  REQUIRE_FALSE(reply);
  CHECK(reply.error() == request_failure::timed_out);
}

TEST_CASE("a client that is cancelled ends its open requests and refuses new ones") {
  mdp::client client(client_for("tcp://127.0.0.1:9"));
  auto pending = client.submit("echo", {frame("x")}, patient());
  client.stop();
  CHECK(pending.get().error() == request_failure::cancelled);
  CHECK(client.request("echo", {frame("x")}, patient()).error() == request_failure::cancelled);
}
