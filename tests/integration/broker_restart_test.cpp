#include "integration/programs.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// Fast enough that nobody waits for long, and slow enough that whoever is not run for a second is not
/// taken for gone.
const std::vector<std::string> fast{"--heartbeat", "500", "--liveness", "4"};

std::vector<std::string> fast_echo(const std::string& protocol) {
  auto options = fast;
  options.insert(options.end(), {"--echo", "--protocol", protocol, "--reconnect-max", "500"});
  return options;
}

} // namespace

TEST_CASE("7-20 a worker with two brokers serves one at a time, and the other when that is gone") {
  const std::vector<std::string> calm{"--heartbeat", "500", "--liveness",
                                      "10"}; // it changes for a reason only
  broker_process first(calm);
  broker_process second(calm);
  test_client at_first(first);
  test_client at_second(second);
  auto options = calm;
  options.insert(options.end(), {"--echo", "--broker", second.endpoint()});
  auto worker = worker_process(first, options); // it has the first broker, too
  const auto is_at = [](test_client& client) {
    return client.answer(client.ask("mmi.service", "echo")) == "200";
  };
  REQUIRE(eventually([&] { return is_at(at_first) || is_at(at_second); }));
  const bool is_at_first = is_at(at_first);
  CHECK(is_at_first != is_at(at_second));
  (is_at_first ? first : second).running().kill();
  auto& other = is_at_first ? at_second : at_first;
  CHECK(other.echo_has_workers(1));
  CHECK(other.answer(other.ask("echo", "still here")) == "still here");
}

TEST_CASE("a broker stopped and started again on the same port gets its workers back") {
  broker_process broker(fast);
  auto old_style = worker_process(broker, fast_echo("0.1"));
  auto new_style = worker_process(broker, fast_echo("0.2"));
  {
    test_client client(broker);
    REQUIRE(client.echo_has_workers(2));
    REQUIRE(client.ask_and_wait("echo", "before") == "before");
  }
  CHECK(broker.running().terminate() == 0);
  broker.start_again();
  test_client client(broker);
  CHECK(client.echo_has_workers(2));
  CHECK(client.ask_and_wait("echo", "after") == "after");
}

TEST_CASE("a broker that was killed and started again gets its workers back") {
  broker_process broker(fast);
  auto worker = worker_process(broker, fast_echo("0.2"));
  {
    test_client client(broker);
    REQUIRE(client.echo_has_workers(1));
  }
  broker.running().kill();
  broker.start_again();
  test_client client(broker);
  CHECK(client.echo_has_workers(1));
  CHECK(client.ask_and_wait("echo", "after") == "after");
}

TEST_CASE("7-10 a client's request survives a broker's restart by being asked again") {
  broker_process broker(fast);
  test_client client(broker);
  auto pending = client.ask("echo", "persistent", 300ms, 100);
  broker.running().kill();
  broker.start_again();
  auto worker = worker_process(broker, fast_echo("0.2"));
  CHECK(client.answer(std::move(pending)) == "persistent");
}

TEST_CASE("a worker started before its broker registers when the broker comes") {
  broker_process broker(fast);
  CHECK(broker.running().terminate() == 0);
  auto worker = worker_process(broker, fast_echo("0.2"));
  broker.start_again();
  test_client client(broker);
  CHECK(client.echo_has_workers(1));
}
