#include "mdp/actors/broker/broker_tree.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "support/eventually.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <future>

using namespace mdp;
using namespace mdp::actors;
using namespace std::chrono_literals;

namespace {

/// A broker whose inside the test can reach.
class open_broker {
public:
  open_broker() : tree_(2, config_) {
    auto bound = std::make_shared<std::promise<bool>>();
    auto outcome = bound->get_future();
    config_.bind->endpoints = {"tcp://127.0.0.1:*"};
    config_.bind->on_first_bind = [bound](const bind_error* failure) {
      bound->set_value(failure == nullptr);
    };
    broker_tree parts;
    parts.counters = config_.counters;
    parts.registry = registry_;
    tree_.start({broker_spec(std::move(parts), [this] { return tree_.io(); })}, {});
    if (!outcome.get())
      throw std::runtime_error("not bound");
    endpoint_ = config_.bind->endpoints.front();
  }

  ~open_broker() {
    registry_->set({});
    tree_.stop();
  }

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] io_actor io() const { return tree_.io(); }
  [[nodiscard]] service_registry_actor registry() const { return registry_->get(); }

private:
  io_config config_;
  std::shared_ptr<current<service_registry_actor>> registry_ =
    std::make_shared<current<service_registry_actor>>();
  std::string endpoint_;
  actor_tree tree_;
};

class echo_service {
public:
  explicit echo_service(const std::string& endpoint) : worker_(config_for(endpoint)) {
    worker_.start();
  }

private:
  static worker_config config_for(const std::string& endpoint) {
    worker_config config;
    config.brokers = {endpoint};
    config.service = "echo";
    config.heartbeat = {50ms, 4};
    config.reconnect.max = 200ms;
    config.work = [](message request, const send_part_function&) { return request; };
    return config;
  }

  worker_runtime worker_;
};

bool answers(const std::string& endpoint) {
  client_config config;
  config.brokers = {endpoint};
  mdp::client client(config);
  request_options options;
  options.timeout = 200ms;
  options.attempts = 50;
  return client.request("echo", {frame("x")}, options).has_value();
}

} // namespace

TEST_CASE("a broker whose I/O actor and loop are lost serves again on the same port") {
  open_broker broker;
  echo_service service(broker.endpoint());
  REQUIRE(answers(broker.endpoint()));
  const auto before = broker.io();
  caf::anon_send_exit(before, caf::exit_reason::kill);
  REQUIRE(test::eventually([&] { return broker.io() != before; }));
  CHECK(answers(broker.endpoint()));
}

TEST_CASE("a broker whose registry is lost serves again, its socket untouched") {
  open_broker broker;
  echo_service service(broker.endpoint());
  REQUIRE(answers(broker.endpoint()));
  const auto before = broker.registry();
  const auto io = broker.io();
  caf::anon_send_exit(before, caf::exit_reason::kill);
  REQUIRE(test::eventually([&] { return broker.registry() != before; }));
  CHECK(answers(broker.endpoint()));
  CHECK(broker.io() == io);
}
