#include "integration/programs.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>

using namespace mdp;
using namespace mdp::test;

namespace {

/// Quick enough to come back soon, and slow enough that a worker that is not run for a second has no attempt
/// counted against the request it holds.
const std::vector<std::string> fast{"--heartbeat", "500", "--liveness", "10"};

/// A worker of this process that hands out the first request it gets.
class sexton {
public:
  explicit sexton(const broker_process& broker) : worker_(config_for(broker, first_)) {
    worker_.start();
  }

  [[nodiscard]] bool has_one() { return request_.wait_for(patience) == std::future_status::ready; }
  [[nodiscard]] message first() { return request_.get(); }

private:
  static actors::worker_config config_for(const broker_process& broker,
                                          const std::shared_ptr<std::promise<message>>& first) {
    actors::worker_config config;
    config.brokers = {broker.endpoint()};
    config.service = "graveyard";
    config.heartbeat = {std::chrono::milliseconds(500), 10};
    config.work = [first](message request, const actors::send_part_function&) {
      first->set_value(request);
      return request;
    };
    return config;
  }

  std::shared_ptr<std::promise<message>> first_ = std::make_shared<std::promise<message>>();
  std::future<message> request_ = first_->get_future();
  actors::worker_runtime worker_;
};

bool echo_has(test_client& client, const std::string& numbers) {
  return eventually(
    [&] { return client.ask_and_wait("mmi.queues", "").find(numbers) != std::string::npos; });
}

} // namespace

TEST_CASE("a request that kills its workers is a dead letter, and handed to who looks at those") {
  auto options = fast;
  options.insert(options.end(),
                 {"--attempts", "2", "--dead-letter-service", "graveyard", "--status-replies"});
  broker_process broker(options);
  test_client client(broker);
  auto pending = client.ask("echo", "poison");
  for (int i = 0; i < 2; ++i) {
    REQUIRE(echo_has(client, "\"waiting\":1,\"in_flight\":0"));
    auto slow = fast;
    slow.insert(slow.end(), {"--echo", "--echo-delay", "600000"});
    auto worker = worker_process(broker, slow);
    REQUIRE(echo_has(client, "\"waiting\":0,\"in_flight\":1"));
    worker.kill();
  }
  CHECK(client.answer(std::move(pending)) == "mdp-status 410 request given up");

  sexton looks(broker);
  REQUIRE(looks.has_one());
  CHECK(looks.first() == message{frame("echo"), frame("poison")});

  process list("mdp", {"dead-letters", "--broker", broker.endpoint()});
  CHECK(list.wait() == 0);
  CHECK(list.output().starts_with("AGE"));
  CHECK(list.output().find("poison") != std::string::npos);
}

TEST_CASE("a broker without dead letters says so with an empty list") {
  broker_process broker(fast);
  process list("mdp", {"dead-letters", "--broker", broker.endpoint()});
  CHECK(list.wait() == 0);
  CHECK(list.output() == "AGE  SERVICE  CLIENT  ATTEMPTS  BYTES  BEGINNING\n");
}

TEST_CASE("a dead-letter service that cannot be one is found before anything is opened") {
  for (const std::string name : {"mmi.dead", "two words"}) {
    process broker("mdp-broker", {"--bind", "tcp://127.0.0.1:*", "--dead-letter-service", name});
    CHECK(broker.wait() == 2);
  }
}
