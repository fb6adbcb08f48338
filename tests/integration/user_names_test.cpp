#include "integration/local_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "mdp/security/certificate.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

// Who asks, as handlers hear it, here and in a worker's process.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::security;
using namespace std::chrono_literals;

namespace {

using certificate_ptr = std::shared_ptr<const certificate>;

/// A broker that speaks CURVE and lets everybody in, whose user is his key then.
struct house {
  certificate_ptr broker_key = std::make_shared<const certificate>(certificate::generate());
  certificate_ptr alice = std::make_shared<const certificate>(certificate::generate());
  local_broker broker{config()};

  [[nodiscard]] actors::broker_config config() const {
    actors::broker_config how;
    how.sockets.curve.own = broker_key;
    return how;
  }

  [[nodiscard]] actors::worker_config worker(const std::string& service) const {
    actors::worker_config how;
    how.brokers = {broker.endpoint()};
    how.sockets.curve = {nullptr, broker_key->key()};
    how.service = service;
    how.work = says_who;
    return how;
  }

  std::string ask(const std::string& service) const {
    client_config how;
    how.brokers = {broker.endpoint()};
    how.sockets.curve = {alice, broker_key->key()};
    mdp::client asks(how);
    const auto reply = asks.request(service, {frame("who am I?")});
    REQUIRE(reply);
    REQUIRE(reply->size() == 2);
    CHECK((*reply)[1].text() == "who am I?"); // the body is as it was
    return std::string((*reply)[0].text());
  }

  static void says_who(message request, responder answer) {
    const frame user(answer.user());
    request.push(user);
    answer.finish(std::move(request));
  }
};

} // namespace

TEST_CASE_FIXTURE(
  house, "a remote worker that has asked for it hears who asks, another one hears nothing") {
  auto wants = worker("wants");
  wants.asks_user = true;
  actors::worker_runtime one(wants);
  actors::worker_runtime other(worker("indifferent"));
  one.start();
  other.start();
  CHECK(ask("wants") == alice->key().text());
  CHECK(ask("indifferent").empty());
}

TEST_CASE_FIXTURE(house, "MDP 0.1 names the user as well, and a sealed body has one, too") {
  auto old = worker("old");
  old.version = wire::protocol_version::v0_1;
  old.asks_user = true;
  actors::worker_runtime one(old);
  one.start();
  CHECK(ask("old") == alice->key().text());
}

TEST_CASE_FIXTURE(house,
                  "a service inside the broker's process hears who asks without asking for it") {
  actors::service_spec spec;
  spec.work = request_handler(says_who);
  REQUIRE(broker->spawn_service("inside", std::move(spec)));
  CHECK(ask("inside") == alice->key().text());
}
