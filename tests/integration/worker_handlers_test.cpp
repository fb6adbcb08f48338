#include "integration/asking.hpp"
#include "integration/local_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/service/responder.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

worker_config worker_for(const local_broker& broker, request_handler work) {
  worker_config config;
  config.brokers = {broker.endpoint()};
  config.service = "work";
  config.work = std::move(work);
  return config;
}

/// Requests that handlers have kept, by their text.
class kept_requests {
public:
  request_handler keeper() {
    return [this](const message& request, responder answer) {
      const std::lock_guard guard(mutex_);
      kept_.emplace_back(std::string(request[0].text()), std::move(answer));
    };
  }

  [[nodiscard]] std::size_t count() const {
    const std::lock_guard guard(mutex_);
    return kept_.size();
  }

  std::vector<std::pair<std::string, responder>> take() {
    const std::lock_guard guard(mutex_);
    return std::exchange(kept_, {});
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, responder>> kept_;
};

} // namespace

TEST_CASE("kept requests are answered later, from another thread, in any order") {
  local_broker broker;
  kept_requests kept;
  auto config = worker_for(broker, kept.keeper());
  config.capacity = 10;
  worker_runtime worker(std::move(config));
  worker.start();
  asking client(broker.endpoint());
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 10; ++i)
    pending.push_back(client.ask("work", std::to_string(i)));
  REQUIRE(eventually([&] { return kept.count() == 10; }));
  auto requests = kept.take();
  for (auto each = requests.rbegin(); each != requests.rend(); ++each)
    CHECK(each->second.finish({frame("answer to " + each->first)}));
  for (int i = 0; i < 10; ++i)
    CHECK(asking::text(std::move(pending[static_cast<std::size_t>(i)])) ==
          "answer to " + std::to_string(i));
}

TEST_CASE("a kept request that is dropped is answered with an error") {
  local_broker broker;
  kept_requests kept;
  worker_runtime worker(worker_for(broker, kept.keeper()));
  worker.start();
  asking client(broker.endpoint());
  auto pending = client.ask("work", "x");
  REQUIRE(eventually([&] { return kept.count() == 1; }));
  kept.take();
  CHECK(asking::text(std::move(pending)) == "mdp-status 500 the service gave no answer");
}

TEST_CASE("so many handlers run at a time as the concurrency says, on one connection") {
  local_broker broker;
  std::latch all_there(4); // nobody answers before four are at work
  auto config = worker_for(broker, [&](message request) {
    all_there.arrive_and_wait();
    return request;
  });
  config.concurrency = 4;
  worker_runtime worker(std::move(config));
  worker.start();
  asking client(broker.endpoint());
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 4; ++i)
    pending.push_back(client.ask("work", "x"));
  for (auto& each : pending)
    CHECK(asking::text(std::move(each)) == "x");
}

TEST_CASE("so many handlers run at a time as the concurrency says, and no more") {
  local_broker broker;
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  auto config = worker_for(broker, [&](message request) {
    const int now = ++running;
    for (int before = most; before < now && !most.compare_exchange_weak(before, now);)
      ;
    --running;
    return request;
  });
  config.concurrency = 2;
  config.connections = 3;
  config.capacity = 16;
  worker_runtime worker(std::move(config));
  worker.start();
  asking client(broker.endpoint());
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 200; ++i)
    pending.push_back(client.ask("work", std::to_string(i)));
  for (int i = 0; i < 200; ++i)
    CHECK(asking::text(std::move(pending[static_cast<std::size_t>(i)])) == std::to_string(i));
  CHECK(most <= 2);
}

TEST_CASE("a worker that stops finishes what is at hand") {
  local_broker broker;
  kept_requests kept;
  auto config = worker_for(broker, kept.keeper());
  config.shutdown_grace = patience;
  worker_runtime worker(std::move(config));
  worker.start();
  asking client(broker.endpoint());
  auto pending = client.ask("work", "last orders");
  REQUIRE(eventually([&] { return kept.count() == 1; }));
  auto stopped = std::async(std::launch::async, [&] { return worker.stop(); });
  CHECK(stopped.wait_for(100ms) == std::future_status::timeout);
  CHECK(kept.take().at(0).second.finish({frame("served")}));
  CHECK(asking::text(std::move(pending)) == "served");
  CHECK(stopped.get() == 0);
}

TEST_CASE("a handler that blocks for ever does not prevent the worker's end") {
  struct shared_state {
    std::counting_semaphore<> go{0};
    std::atomic<bool> is_stuck{false};
    std::atomic<bool> has_ended{false};
  };
  const auto state = std::make_shared<shared_state>();
  local_broker broker;
  asking client(broker.endpoint());
  {
    auto config = worker_for(broker, [state](message request) {
      state->is_stuck = true;
      state->go.acquire();
      state->has_ended = true;
      return request;
    });
    config.shutdown_grace = 20ms;
    config.handler_grace = 20ms;
    worker_runtime worker(std::move(config));
    worker.start();
    auto pending = client.ask("work", "x");
    REQUIRE(eventually([&] { return state->is_stuck.load(); }));
    CHECK(worker.stop() == 1);
    // What it held went to another worker.
    worker_runtime other(worker_for(broker, [](message request) { return request; }));
    other.start();
    CHECK(asking::text(std::move(pending)) == "x");
    CHECK(other.stop() == 0);
  }
  state->go.release(); // everything it belonged to is gone
  CHECK(eventually([&] { return state.use_count() == 1; }));
  CHECK(state->has_ended);
}

TEST_CASE("an answer that comes after the broker's end is harmless, and says so") {
  kept_requests kept;
  std::optional<local_broker> broker(std::in_place);
  worker_runtime worker(worker_for(*broker, kept.keeper()));
  worker.start();
  {
    asking client(broker->endpoint());
    auto pending = client.ask("work", "x");
    REQUIRE(eventually([&] { return kept.count() == 1; }));
    broker->running().stop(true);
  }
  auto requests = kept.take();
  CHECK(eventually([&] { return !requests[0].second.is_open(); }));
  CHECK_FALSE(requests[0].second.finish({frame("late")}));
}

TEST_CASE("what a handler throws is an error reply, and the worker goes on") {
  local_broker broker;
  auto config = worker_for(broker, [](const message&, responder answer) {
    const auto mine = std::move(answer);
    throw std::runtime_error("out of paper");
  });
  worker_runtime worker(std::move(config));
  worker.start();
  asking client(broker.endpoint());
  for (int i = 0; i < 3; ++i)
    CHECK(client.ask_and_wait("work", "x") == "mdp-status 500 out of paper");
}

TEST_CASE("parts are sent from several threads, ahead of the end") {
  local_broker broker;
  worker_runtime worker(worker_for(broker, [](const message&, responder answer) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { CHECK(answer.send_part({frame("p")})); });
    threads.clear();
    CHECK(answer.finish({frame("end")}));
  }));
  worker.start();
  asking client(broker.endpoint());
  std::atomic<int> parts{0};
  auto reply = client.ask("work", "x", [&](const message&) { ++parts; });
  CHECK(asking::text(std::move(reply)) == "end");
  CHECK(parts == 4);
}
