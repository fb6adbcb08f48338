#include "integration/programs.hpp"
#include "support/http_get.hpp"

#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::test;

namespace {

/// Where a broker says it shows its metrics.
std::string metrics_url(const broker_process& broker) {
  const auto output = broker.running().output();
  const auto begin = output.find("http://");
  return begin == std::string::npos ? "" : output.substr(begin, output.find('\n', begin) - begin);
}

} // namespace

TEST_CASE("a broker shows its metrics to whoever asks by HTTP, on a port the system chose") {
  broker_process broker({"--metrics", "127.0.0.1:0"});
  auto worker = worker_process(broker, {"--echo"});
  test_client client(broker);
  REQUIRE(client.ask_and_wait("echo", "hello") == "hello");
  std::string answer;
  CHECK(eventually([&] { // what was answered is counted a moment later
    answer = http_get(metrics_url(broker));
    return answer.find("\nmdp_broker_requests_answered_total 0\n") == std::string::npos;
  }));
  for (const auto* line :
       {"\nmdp_broker_requests_answered_total 1\n", "\nmdp_broker_connections 1\n",
        "\nmdp_broker_requests_refused_total{reason=\"window_full\"} 0\n"})
    CHECK_MESSAGE(answer.find(line) != std::string::npos, line, answer);
}

TEST_CASE("a metrics port that is in use is wrong use: one line, and exit code 2") {
  const broker_process first({"--metrics", "127.0.0.1:*"});
  auto address = metrics_url(first).substr(std::string("http://").size());
  address.erase(address.find('/'));
  process second("mdp-broker", {"--bind", "tcp://127.0.0.1:*", "--metrics", address});
  CHECK(second.wait() == 2);
  CHECK(second.output().find("cannot serve metrics at " + address + ": Address already in use") !=
        std::string::npos);
}

TEST_CASE("an address for metrics that is none is found before anything is opened") {
  process broker("mdp-broker", {"--bind", "tcp://127.0.0.1:*", "--metrics", "9090"});
  CHECK(broker.wait() == 2);
  CHECK(broker.output().find("9090 is no address for metrics: the port is missing") !=
        std::string::npos);
}
