#include "integration/local_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>

// The policy least-loaded from end to end, and the question who would get a request.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

constexpr engine::heartbeat_config quick{50ms, 100};

broker_config by_load() {
  broker_config config;
  config.queues.dispatch.policy = engine::dispatch::least_loaded;
  config.workers.heartbeat = quick;
  return config;
}

/// A worker that answers with its name.
worker_config worker_at(const local_broker& broker, const std::string& name) {
  worker_config config;
  config.brokers = {broker.endpoint()};
  config.service = "who";
  config.heartbeat = quick;
  config.work = [name](const message& /*request*/) { return message{frame(name)}; };
  return config;
}

worker_config worker_at(const local_broker& broker, const std::string& name,
                        const std::atomic<std::uint32_t>& load) {
  auto config = worker_at(broker, name);
  config.says_load = true;
  config.load = [&load] { return load.load(); };
  return config;
}

std::string ask(client& who) {
  const auto reply = who.request("who", {frame("x")});
  return reply ? std::string((*reply)[0].text()) : std::string(to_string(reply.error()));
}

} // namespace

TEST_CASE("the least loaded worker gets the requests, as of its last heartbeat") {
  local_broker broker(by_load());
  std::atomic<std::uint32_t> load_of_one = 900;
  std::atomic<std::uint32_t> load_of_other = 300;
  worker_runtime one(worker_at(broker, "one", load_of_one));
  worker_runtime other(worker_at(broker, "other", load_of_other));
  one.start();
  other.start();
  client_config config;
  config.brokers = {broker.endpoint()};
  client asks(config);
  const auto next_has = [&](std::uint32_t load) {
    const auto next = broker->next_worker("who", {frame("x")});
    return next && next->load == load;
  };
  CHECK(eventually([&] { return next_has(300); }));
  CHECK(ask(asks) == "other");
  load_of_one = 0;
  CHECK(eventually([&] { return next_has(0); }));
  CHECK(ask(asks) == "one");
  load_of_one = 5000;
  CHECK(eventually([&] { return next_has(300); }));
  CHECK(ask(asks) == "other");
}

TEST_CASE("who says nothing of its load counts as fully loaded") {
  local_broker broker(by_load());
  std::atomic<std::uint32_t> load = 400;
  worker_runtime silent(worker_at(broker, "silent"));
  worker_runtime telling(worker_at(broker, "telling", load));
  silent.start();
  CHECK(eventually([&] { return broker->next_worker("who", {frame("x")}).has_value(); }));
  telling.start();
  CHECK(eventually([&] {
    const auto next = broker->next_worker("who", {frame("x")});
    return next && next->load == 400U;
  }));
  load = 3000;
  CHECK(eventually([&] {
    const auto next = broker->next_worker("who", {frame("x")});
    return next && !next->load;
  }));
}

TEST_CASE("whoever asks who would get a request learns why, or that there is nobody") {
  local_broker broker;
  CHECK(eventually([&] { // its registry may come a moment after its port
    return broker->next_worker("who", {frame("x")}).error() == "no worker of who has room";
  }));
  worker_runtime worker(worker_at(broker, "one"));
  worker.start();
  auto next = broker->next_worker("who", {frame("x")});
  REQUIRE(eventually([&] {
    next = broker->next_worker("who", {frame("x")});
    return next.has_value();
  }));
  CHECK(next->place == 1);
  CHECK_FALSE(next->why.empty());
  CHECK_FALSE(next->routing_id.empty());
  broker->stop();
  CHECK(broker->next_worker("who", {frame("x")}).error() == "the broker does not run");
}
