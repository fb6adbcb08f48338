#include "integration/asking.hpp"
#include "integration/open_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "support/eventually.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::actors;
using namespace std::chrono_literals;

namespace {

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
    config.heartbeat = {500ms, 20}; // the broker beats at its own pace
    config.reconnect.max = 200ms;
    config.work = [](message request, const send_part_function&) { return request; };
    return config;
  }

  worker_runtime worker_;
};

} // namespace

TEST_CASE("a broker whose I/O actor and loop are lost serves again on the same port") {
  test::open_broker broker;
  echo_service service(broker.endpoint());
  REQUIRE(test::answers(broker.endpoint()));
  const auto before = broker.io();
  caf::anon_send_exit(before, caf::exit_reason::kill);
  REQUIRE(test::eventually([&] { return broker.io() != before; }));
  CHECK(test::answers(broker.endpoint()));
}

TEST_CASE("a broker whose registry is lost serves again, its socket untouched") {
  test::open_broker broker;
  echo_service service(broker.endpoint());
  REQUIRE(test::answers(broker.endpoint()));
  const auto before = broker.registry();
  const auto io = broker.io();
  caf::anon_send_exit(before, caf::exit_reason::kill);
  REQUIRE(test::eventually([&] { return broker.registry() != before; }));
  CHECK(test::answers(broker.endpoint()));
  CHECK(broker.io() == io);
}
