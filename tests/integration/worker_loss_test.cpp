#include "integration/programs.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// Fast heartbeats, so that what takes seconds in life takes less here; both sides must agree.
const std::vector<std::string> fast{"--heartbeat", "100", "--liveness", "4"};

std::vector<std::string> fast_and(std::vector<std::string> more) {
  more.insert(more.end(), fast.begin(), fast.end());
  return more;
}

} // namespace

TEST_CASE("7-41 a request held by a worker that is killed is answered by another") {
  broker_process broker(fast);
  test_client client(broker);
  auto slow = worker_process(broker, fast_and({"--echo", "--echo-delay", "600000"}));
  REQUIRE(client.echo_has_workers(1));
  auto pending = client.ask("echo", "precious");
  // The only worker is slow, so it holds the request as soon as another client finds the broker idle.
  REQUIRE(client.echo_has_workers(1));
  auto quick = worker_process(broker, fast_and({"--echo"}));
  REQUIRE(client.echo_has_workers(2));
  slow.kill();
  CHECK(client.answer(std::move(pending)) == "precious");
}

TEST_CASE("T1 the end of a killed worker's connection tells of it, nobody waits for a heartbeat") {
  const std::vector<std::string> rarely{"--heartbeat", "1h"};
  broker_process broker(rarely);
  test_client client(broker);
  auto slow = worker_process(broker, {"--echo", "--echo-delay", "1h", "--heartbeat", "1h"});
  REQUIRE(client.echo_has_workers(1));
  auto pending = client.ask("echo", "precious");
  REQUIRE(client.echo_has_workers(1));
  auto quick = worker_process(broker, {"--echo", "--heartbeat", "1h"});
  REQUIRE(client.echo_has_workers(2));
  slow.kill();
  CHECK(client.answer(std::move(pending)) == "precious");
}

TEST_CASE("7-39 a frozen idle worker is given up, and comes back when it thaws") {
  broker_process broker(fast);
  test_client client(broker);
  auto worker = worker_process(broker, fast_and({"--echo"}));
  REQUIRE(client.echo_has_workers(1));
  worker.send_signal(SIGSTOP);
  REQUIRE(client.echo_has_workers(0));
  auto pending = client.ask("echo", "patience"); // waits for a worker
  worker.send_signal(SIGCONT);
  CHECK(client.answer(std::move(pending)) == "patience");
}

TEST_CASE(
  "T1 a frozen busy worker is given up under the strict policy, and answers nothing twice") {
  broker_process broker(fast_and({"--busy-policy", "strict"}));
  test_client client(broker);
  auto slow = worker_process(broker, fast_and({"--echo", "--echo-delay", "600000"}));
  REQUIRE(client.echo_has_workers(1));
  auto pending = client.ask("echo", "precious");
  REQUIRE(client.echo_has_workers(1));
  auto quick = worker_process(broker, fast_and({"--echo"}));
  REQUIRE(client.echo_has_workers(2));
  slow.send_signal(SIGSTOP);
  CHECK(client.answer(std::move(pending)) == "precious");
}

TEST_CASE("a worker that is told to stop answers what it holds and says goodbye") {
  broker_process broker(fast);
  test_client client(broker);
  const temporary_folder folder;
  const auto begun = folder.path() + "/begun";
  auto worker =
    worker_process(broker, fast_and({"--exec", "sh -c 'touch " + begun + "; sleep 1; cat'"}));
  REQUIRE(client.echo_has_workers(1));
  auto pending = client.ask("echo", "last orders");
  REQUIRE(eventually([&] { return std::filesystem::exists(begun); })); // now it holds it
  worker.send_signal(SIGTERM);
  CHECK(client.answer(std::move(pending)) == "last orders");
  CHECK(worker.wait() == 0);
  CHECK(client.echo_has_workers(0));
}

TEST_CASE("workers killed again and again under load lose no request") {
  broker_process broker(fast_and({"--attempts", "100", "--log-level", "debug"}));
  test_client client(broker);
  std::vector<process> workers;
  for (int i = 0; i < 3; ++i)
    workers.push_back(worker_process(broker, fast_and({"--echo", "--echo-delay", "5"})));
  REQUIRE(client.echo_has_workers(3));
  std::size_t answered = 0;
  for (int round = 0; round < 10; ++round) {
    std::vector<std::pair<std::string, std::future<request_result>>> pending;
    for (int i = 0; i < 20; ++i) {
      auto body = std::to_string(round) + "." + std::to_string(i);
      pending.emplace_back(body, client.ask("echo", body));
    }
    auto& victim = workers[static_cast<std::size_t>(round) % workers.size()];
    victim.kill();
    victim = worker_process(broker, fast_and({"--echo", "--echo-delay", "5"}));
    for (auto& [body, reply] : pending)
      answered += client.answer(std::move(reply)) == body ? 1 : 0;
  }
  CHECK(broker.running().terminate() == 0);
  if (answered != 200)
    MESSAGE(broker.running().output());
  CHECK(answered == 200);
}
