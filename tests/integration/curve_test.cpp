#include "integration/local_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "mdp/client/explain.hpp"
#include "mdp/security/certificate.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

using namespace mdp;
using namespace mdp::test;
using namespace mdp::security;
using namespace std::chrono_literals;

namespace {

using certificate_ptr = std::shared_ptr<const certificate>;

certificate_ptr make(const std::string& name) {
  return std::make_shared<certificate>(certificate::generate({{"name", name}}));
}

/// A broker that lets alice and the worker in; the test has their certificates.
struct guarded_house {
  guarded_house() {
    REQUIRE(alice->save(folder.path() + "/alice"));
    REQUIRE(worker->save(folder.path() + "/worker"));
    store = *key_store::open(folder.path());
  }

  [[nodiscard]] actors::broker_config broker_config() const {
    actors::broker_config config;
    config.sockets.curve.own = broker;
    config.keys = store;
    return config;
  }

  [[nodiscard]] client_config client_config_of(const certificate_ptr& who,
                                               const local_broker& at) const {
    client_config config;
    config.brokers = {at.endpoint()};
    config.sockets.curve = {who, broker->key()};
    return config;
  }

  [[nodiscard]] actors::worker_config worker_config_at(const local_broker& at) const {
    actors::worker_config config;
    config.brokers = {at.endpoint()};
    config.sockets.curve = {worker, broker->key()};
    config.service = "echo";
    config.work = [](const message& request) { return request; };
    config.reconnect.min = 20ms;
    return config;
  }

  temporary_folder folder;
  certificate_ptr broker = make("broker");
  certificate_ptr alice = make("alice");
  certificate_ptr worker = make("worker");
  std::shared_ptr<key_store> store;
};

bool is_answered(const client_config& config, std::chrono::milliseconds timeout) {
  mdp::client asks(config);
  request_options how;
  how.timeout = timeout;
  how.attempts = 1;
  return asks.request("echo", {frame("hello")}, how).has_value();
}

} // namespace

TEST_CASE("a client and a worker work over CURVE, and who has no key that is known does not") {
  const guarded_house house;
  local_broker broker(house.broker_config());
  actors::worker_runtime worker(house.worker_config_at(broker));
  worker.start();
  CHECK(is_answered(house.client_config_of(house.alice, broker), patience));
  const auto refused = [&] {
    return broker->counters()->not_admitted.value(admission_refusal::unknown_key);
  };
  const auto is_turned_away = [&](const certificate_ptr& who) {
    const auto before = refused();
    mdp::client asks(house.client_config_of(who, broker));
    request_options how;
    how.timeout = patience;
    auto open = asks.submit("echo", {frame("hello")}, how);
    const bool is_refused = eventually([&] { return refused() > before; });
    asks.stop();
    return is_refused && !open.get();
  };
  CHECK(is_turned_away(make("mallory")));
  CHECK(is_turned_away(nullptr)); // a key of the moment
  auto in_the_clear = house.client_config_of(house.alice, broker);
  in_the_clear.sockets.curve = {};
  CHECK_FALSE(is_answered(in_the_clear, 300ms));
  auto to_another = house.client_config_of(house.alice, broker);
  to_another.sockets.curve.server = make("another broker")->key();
  CHECK_FALSE(is_answered(to_another, 300ms));
  worker.stop();
}

TEST_CASE("a request that is not let in fails for that reason, and one with a wrong server key for "
          "its own") {
  const guarded_house house;
  local_broker broker(house.broker_config());
  const auto failure_of = [&](const client_config& config) {
    mdp::client asks(config);
    request_options how;
    how.timeout = patience;
    const auto reply = asks.request("echo", {frame("hello")}, how);
    REQUIRE_FALSE(reply);
    CHECK(asks.statistics().failed(reply.error()) == 1);
    return reply.error();
  };
  const auto mallory = house.client_config_of(make("mallory"), broker);
  CHECK(failure_of(mallory) == request_failure::refused);
  CHECK(explain(request_failure::refused, mallory) ==
        "no answer from " + broker.endpoint() +
          ": the broker refuses this certificate (400): its key is not among those it lets in, or "
          "this address is not");
  auto to_another = house.client_config_of(house.alice, broker);
  to_another.sockets.curve.server = make("another broker")->key();
  CHECK(failure_of(to_another) == request_failure::no_handshake);
  to_another.sockets.curve = {};
  CHECK(failure_of(to_another) == request_failure::no_handshake);
}

TEST_CASE("without a store whoever knows the broker's key may come") {
  const guarded_house house;
  auto config = house.broker_config();
  config.keys = nullptr;
  local_broker broker(config);
  actors::worker_runtime worker(house.worker_config_at(broker));
  worker.start();
  CHECK(is_answered(house.client_config_of(make("anybody"), broker), patience));
  CHECK(is_answered(house.client_config_of(nullptr, broker), patience));
  worker.stop();
}

TEST_CASE("a worker that is taken out of the store serves no more, until it is back") {
  const guarded_house house;
  local_broker broker(house.broker_config());
  actors::worker_runtime worker(house.worker_config_at(broker));
  worker.start();
  const auto alice = house.client_config_of(house.alice, broker);
  REQUIRE(is_answered(alice, patience));
  const auto file = house.folder.path() + "/worker";
  std::filesystem::remove(file);
  broker->reload_keys();
  REQUIRE(eventually([&] { return broker->counters()->connections.value() == 0; }));
  CHECK_FALSE(is_answered(alice, 300ms));
  CHECK(eventually([&] { return broker->counters()->key_reloads.value() == 1; }));
  std::filesystem::remove(file + "_secret");
  REQUIRE(house.worker->save(file));
  broker->reload_keys();
  CHECK(is_answered(alice, patience));
  worker.stop();
}

TEST_CASE("a configuration with half of what CURVE needs is refused in words") {
  const guarded_house house;
  actors::broker_config config;
  config.keys = house.store;
  const auto findings = validate(config);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].find("of use with CURVE only") != std::string::npos);
}
