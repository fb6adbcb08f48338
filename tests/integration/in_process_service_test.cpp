#include "integration/asking.hpp"
#include "integration/local_broker.hpp"
#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/actors/service/actor_service.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <map>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

message text(std::string_view t) {
  return {frame(t)};
}

message echo(message request) {
  return request;
}

/// Counts its requests; each instance for itself.
class counting {
public:
  explicit counting(int first) : next_(first) {}
  message operator()(const message&) { return text(std::to_string(next_++)); }

private:
  int next_;
};

/// A service as a CAF programmer writes it: answers each second request together with the first.
class pairing_state {
public:
  using handle = job_sink_actor;
  static constexpr const char* name = "pairing";
  static constexpr run_on where = run_on::scheduler;

  explicit pairing_state(handle::pointer self) : self_(self) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self_); },
      [this](sink_accepted& by) { by_ = std::move(by); },
      [this](assign_job& job) {
        if (!waiting_) {
          waiting_ = std::move(job);
          return;
        }
        answer(job, waiting_->body);
        answer(*waiting_, job.body);
        waiting_.reset();
      },
    };
  }

private:
  void answer(const assign_job& job, const message& body) {
    tell(self_, by_.queue, job_answered{by_.sink, job.id, job.attempt, true, body});
  }

  handle::pointer self_;
  sink_accepted by_;
  std::optional<assign_job> waiting_;
};

service_spec pairing() {
  service_spec spec;
  spec.work = actor_service(
    [](caf::local_actor& parent) { return job_sink_actor{spawn_state<pairing_state>(parent)}; });
  spec.capacity = 2;
  return spec;
}

} // namespace

TEST_CASE("a function, a state and an actor are services inside the broker") {
  local_broker broker;
  CHECK(broker->spawn_service("echo", {echo}));
  CHECK(broker->spawn_service("count", {stateful<counting>(10)}));
  CHECK(broker->spawn_service("pair", pairing()));
  asking client(broker.endpoint());
  CHECK(client.ask_and_wait("echo", "hello") == "hello");
  CHECK(client.ask_and_wait("count", "") == "10");
  CHECK(client.ask_and_wait("count", "") == "11");
  auto one = client.ask("pair", "one");
  auto other = client.ask("pair", "other");
  CHECK(asking::text(std::move(one)) == "other");
  CHECK(asking::text(std::move(other)) == "one");
}

TEST_CASE("a service may be spawned before the broker starts") {
  broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  broker_runtime broker(config);
  CHECK(broker.spawn_service("echo", {echo}));
  const auto endpoints = broker.start();
  REQUIRE(endpoints);
  asking client(endpoints->front());
  CHECK(client.ask_and_wait("echo", "early") == "early");
}

TEST_CASE("what is wrong with a service is said in one line, and it is not spawned") {
  local_broker broker;
  worker_runtime worker({});
  const auto refused = [&](const std::string& name, const service_spec& spec,
                           std::string_view complaint) {
    for (const auto& outcome :
         {broker->spawn_service(name, spec), worker.spawn_service(name, spec)}) {
      REQUIRE_FALSE(outcome);
      CHECK(outcome.error().find(complaint) != std::string::npos);
      CHECK(outcome.error().find('\n') == std::string::npos);
    }
  };
  refused("with blanks", {echo}, "no service name");
  refused("mmi.mine", {echo}, "mmi.");
  refused("none", {}, "no work");
  refused("none", {echo, 0}, "instances");
  refused("none", {echo, 1, 0}, "capacity");
  refused("none", {echo, 1, 1, 100'000}, "threads");
  broker->stop();
  worker.stop();
  refused("late", {echo}, "stopping");
}

TEST_CASE("instances block side by side and hold up neither each other nor the broker") {
  local_broker broker;
  std::latch all_there(3);
  std::counting_semaphore<> go{0};
  service_spec slow{[&](message request) {
    all_there.count_down();
    go.acquire();
    return request;
  }};
  slow.instances = 3;
  CHECK(broker->spawn_service("slow", std::move(slow)));
  CHECK(broker->spawn_service("echo", {echo}));
  asking client(broker.endpoint());
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 3; ++i)
    pending.push_back(client.ask("slow", "x"));
  all_there.wait();
  std::vector<std::future<request_result>> echoed; // while all of them block
  for (int i = 0; i < 100; ++i)
    echoed.push_back(client.ask("echo", std::to_string(i)));
  for (std::size_t i = 0; i < echoed.size(); ++i)
    REQUIRE(asking::text(std::move(echoed[i])) == std::to_string(i));
  go.release(3);
  for (auto& each : pending)
    CHECK(asking::text(std::move(each)) == "x");
}

TEST_CASE("one name is served from inside the broker and by a remote worker") {
  local_broker broker;
  std::latch both(2); // each holds its request until the other has one
  CHECK(broker->spawn_service("both", {[&](const message&) {
                                both.arrive_and_wait();
                                return text("inside");
                              }}));
  worker_config config;
  config.brokers = {broker.endpoint()};
  config.service = "both";
  config.work = [&](const message&) {
    both.arrive_and_wait();
    return text("outside");
  };
  worker_runtime worker(std::move(config));
  worker.start();
  asking client(broker.endpoint());
  auto one = client.ask("both", "");
  auto other = client.ask("both", "");
  const auto answers = asking::text(std::move(one)) + " " + asking::text(std::move(other));
  CHECK((answers == "inside outside" || answers == "outside inside"));
}

TEST_CASE("a service that fails again and again under load answers every request exactly once") {
  engine::queue_config patient_queues;
  patient_queues.attempts = 1000;
  broker_config config;
  config.queues = patient_queues;
  for (const auto policy :
       {exception_policy::give_back_and_end, exception_policy::answer_and_end}) {
    local_broker broker(config);
    std::atomic<unsigned> calls{0};
    service_spec spec{[&](message request) {
      if (++calls % 7 == 0)
        throw std::runtime_error("every seventh fails");
      return request;
    }};
    spec.instances = 4;
    spec.capacity = 8;
    spec.on_exception = policy;
    spec.pause.min = 1ms;
    spec.pause.max = 10ms;
    CHECK(broker->spawn_service("fragile", std::move(spec)));
    asking client(broker.endpoint());
    std::vector<std::future<request_result>> pending;
    for (int i = 0; i < 300; ++i)
      pending.push_back(client.ask("fragile", std::to_string(i)));
    int failed = 0;
    for (int i = 0; i < 300; ++i) {
      const auto answer = asking::text(std::move(pending[static_cast<std::size_t>(i)]));
      if (answer == "mdp-status 500 every seventh fails")
        ++failed;
      else
        REQUIRE(answer == std::to_string(i));
    }
    CHECK((policy == exception_policy::give_back_and_end ? failed == 0 : failed > 0));
    CHECK(broker->counters()->dead_letters.value() == 0);
    // Each request has had one end: the broker counts 300 answers, and 300 were waited for.
    CHECK(eventually([&] { return broker->counters()->answered.value() >= 300; }));
    CHECK(broker->counters()->answered.value() == 300);
  }
}

TEST_CASE("a state that cannot be made is tried again after a pause") {
  struct late_bloomer {
    explicit late_bloomer(std::shared_ptr<std::atomic<int>> tries) {
      if (++*tries < 3)
        throw std::runtime_error("not yet");
    }
    message operator()(message request) { return request; }
  };
  local_broker broker;
  service_spec spec{stateful<late_bloomer>(std::make_shared<std::atomic<int>>(0))};
  spec.pause.min = 1ms;
  CHECK(broker->spawn_service("late", std::move(spec)));
  asking client(broker.endpoint());
  CHECK(client.ask_and_wait("late", "x") == "x");
}

TEST_CASE("a broker that stops waits for what its services have begun") {
  broker_config config;
  config.shutdown_grace = patience;
  local_broker broker(config);
  std::binary_semaphore begun{0};
  std::binary_semaphore go{0};
  CHECK(broker->spawn_service("slow", {[&](message request) {
                                begun.release();
                                go.acquire();
                                return request;
                              }}));
  asking client(broker.endpoint());
  auto pending = client.ask("slow", "last orders");
  begun.acquire();
  auto stopped = std::async(std::launch::async, [&] { return broker->stop(); });
  CHECK(stopped.wait_for(100ms) == std::future_status::timeout);
  go.release();
  CHECK(asking::text(std::move(pending)) == "last orders");
  CHECK(stopped.get() == 0);
}

TEST_CASE("the same service, unchanged, runs in a worker's process") {
  local_broker broker;
  worker_config config;
  config.brokers = {broker.endpoint()};
  config.reconnect.min = 1ms;
  config.reconnect.max = 10ms;
  worker_runtime worker(std::move(config));
  CHECK(worker.spawn_service("pair", pairing()));
  worker.start();
  service_spec count{stateful<counting>(0)};
  CHECK(worker.spawn_service("count", count));
  asking client(broker.endpoint());
  auto one = client.ask("pair", "one");
  auto other = client.ask("pair", "other");
  CHECK(asking::text(std::move(one)) == "other");
  CHECK(asking::text(std::move(other)) == "one");
  CHECK(client.ask_and_wait("count", "") == "0");
  CHECK(client.ask_and_wait("count", "") == "1");
}

TEST_CASE(
  "an instance that fails in a worker's process comes back, and its requests are not lost") {
  local_broker broker;
  worker_config config;
  config.brokers = {broker.endpoint()};
  config.reconnect.min = 1ms;
  config.reconnect.max = 10ms;
  worker_runtime worker(std::move(config));
  std::atomic<int> calls{0};
  service_spec spec{[&](message request) {
    if (++calls == 1)
      throw std::runtime_error("the first fails");
    return request;
  }};
  spec.on_exception = exception_policy::give_back_and_end;
  CHECK(worker.spawn_service("fragile", std::move(spec)));
  worker.start();
  asking client(broker.endpoint());
  CHECK(client.ask_and_wait("fragile", "x") == "x");
  CHECK(calls == 2);
}
