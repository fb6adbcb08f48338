#include "integration/asking.hpp"
#include "integration/local_broker.hpp"
#include "mdp/actors/metric_names.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// Routers in a whole broker, with threads and sockets.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

message echo(message request) {
  return request;
}

/// A broker that begins when its routers are there.
class routed_broker {
public:
  explicit routed_broker(std::vector<router_spec> routers, broker_config config = {}) {
    config.endpoints = {"tcp://127.0.0.1:*"};
    running.emplace(std::move(config));
    for (auto& each : routers)
      CHECK(running->install_router(std::move(each)));
    CHECK(running->spawn_service("echo", {echo, 2}));
    endpoint = running->start().value().front();
  }

  std::optional<broker_runtime> running;
  std::string endpoint;
};

} // namespace

TEST_CASE("a router decides about all requests of many clients") {
  std::atomic<int> asked{0};
  routed_broker broker({{"count", [&](const routed_request& request) -> request_verdict {
                           ++asked;
                           const auto text = std::string(request.body[0].text());
                           if (text == "here")
                             return reply_with{message{frame("answered here")}};
                           return {forward_to{"echo"}, message{frame(text + "!")}};
                         }}});
  asking one(broker.endpoint);
  asking other(broker.endpoint);
  std::vector<std::future<request_result>> open;
  for (int i = 0; i < 50; ++i)
    for (auto* client : {&one, &other})
      open.push_back(client->ask("anything", std::to_string(i)));
  for (std::size_t i = 0; i < open.size(); ++i)
    CHECK(asking::text(std::move(open[i])) == std::to_string(i / 2) + "!");
  CHECK(one.ask_and_wait("anything", "here") == "answered here");
  CHECK(asked == 101);
}

TEST_CASE("what a router holds is decided from a thread of its own") {
  struct waiting {
    std::mutex mutex;
    std::optional<routing_desk> desk;
    std::vector<route_ticket> tickets;
  };
  struct holding_router : router {
    holding_router(const routing_desk& desk, std::shared_ptr<waiting> into)
        : into(std::move(into)) {
      const std::lock_guard guard(this->into->mutex);
      this->into->desk = desk;
    }
    request_verdict on_request(const routed_request& request) override {
      const std::lock_guard guard(into->mutex);
      into->tickets.push_back(request.ticket);
      return hold{};
    }
    std::shared_ptr<waiting> into;
  };
  const auto held = std::make_shared<waiting>();
  routed_broker broker({{"holds", routing<holding_router>(held)}});
  asking client(broker.endpoint);
  auto first = client.ask("echo", "a");
  auto second = client.ask("echo", "b");
  const auto count = [&] {
    const std::lock_guard guard(held->mutex);
    return held->tickets.size();
  };
  REQUIRE(eventually([&] { return count() == 2; }));
  std::thread decides([&] {
    const std::lock_guard guard(held->mutex);
    held->desk->decide(held->tickets[0], forward_on{});
    held->desk->decide(held->tickets[1], reply_with{message{frame("B")}});
  });
  decides.join();
  const auto a = asking::text(std::move(first));
  const auto b = asking::text(std::move(second));
  CHECK(((a == "a" && b == "B") || (a == "B" && b == "b")));
}

TEST_CASE("a router that fails again and again loses nothing, and the tree tells of it") {
  std::atomic<int> fails{2};
  routed_broker broker({{"shaky", [&](const routed_request&) -> request_verdict {
                           if (--fails >= 0)
                             throw std::runtime_error("not yet");
                           return forward_on{};
                         }}});
  asking client(broker.endpoint);
  std::vector<std::future<request_result>> open;
  for (int i = 0; i < 20; ++i) {
    open.push_back(client.ask("echo", std::to_string(i)));
    if (i == 0) // the first one is there at both deaths, which is not enough to blame it
      REQUIRE(eventually([&] { return fails <= 1; }));
  }
  for (std::size_t i = 0; i < open.size(); ++i)
    CHECK(asking::text(std::move(open[i])) == std::to_string(i));
  std::string tree;
  const auto tells = [&](std::string_view line) {
    return eventually([&] {
      tree = to_text(broker.running->tree());
      return tree.find(line) != std::string::npos;
    });
  };
  CHECK_MESSAGE(tells("router shaky  permanent  running  restarts: 2"), tree);
  CHECK_MESSAGE(tells("gate shaky  permanent  1 running"), tree);
  CHECK(routing_of(*broker.running->counters()).asked_again.value() >= 2);
}

TEST_CASE("a broker that stops waits for the reply that its router has not decided yet") {
  struct slow_router : router {
    slow_router(const routing_desk& desk, std::shared_ptr<std::promise<void>> asked,
                std::shared_future<void> go)
        : desk(desk), asked(std::move(asked)), go(std::move(go)) {}
    ~slow_router() override {
      if (later.joinable())
        later.join();
    }
    slow_router(const slow_router&) = delete;
    slow_router& operator=(const slow_router&) = delete;
    request_verdict on_request(const routed_request&) override { return forward_on{}; }
    reply_verdict on_reply(const routed_reply& reply) override {
      if (reply.body[0].text() != "slow")
        return forward_on{};
      later = std::thread([this, ticket = reply.ticket] {
        go.wait();
        desk.decide_reply(ticket, forward_on{});
      });
      asked->set_value();
      return hold{};
    }
    routing_desk desk;
    std::shared_ptr<std::promise<void>> asked;
    std::shared_future<void> go;
    std::thread later;
  };
  const auto asked = std::make_shared<std::promise<void>>();
  std::promise<void> go;
  broker_config config;
  config.shutdown_grace = patience;
  config.clients.status_replies = true;
  routed_broker broker({{"slow", routing<slow_router>(asked, go.get_future().share())}}, config);
  asking client(broker.endpoint);
  auto reply = client.ask("echo", "slow");
  asked->get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { broker.running->stop(); });
  CHECK(eventually([&] { return client.ask_and_wait("echo", "late") != "late"; }));
  go.set_value();
  CHECK(asking::text(std::move(reply)) == "slow");
  stopped.wait();
  broker.running.reset();
}

TEST_CASE("a router that cannot be installed is refused in one line") {
  broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  broker_runtime broker(config);
  const auto pass = [](const routed_request&) -> request_verdict { return forward_on{}; };
  CHECK(broker.install_router({"", pass}).error() == "a router needs a name, for logs and trees");
  CHECK(broker.install_router({"empty", {}}).error().find("no work") != std::string::npos);
  router_spec wrong{"wrong", pass};
  wrong.services = {"a b"};
  CHECK(broker.install_router(wrong).error().find("no service name") != std::string::npos);
  wrong.services = {};
  wrong.bounds.window = 0;
  CHECK(broker.install_router(wrong).error().find("window") != std::string::npos);
  REQUIRE(broker.start());
  CHECK(broker.install_router({"late", pass}).error().find("has started") != std::string::npos);
}
