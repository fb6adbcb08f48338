#include "mdp/actors/metric_names.hpp"
#include "mdp/actors/runtime/metrics_endpoint.hpp"
#include "support/http_get.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace mdp;
using namespace mdp::actors;

TEST_CASE("counters are shown to Prometheus under their names, with their reasons") {
  auto counters = std::make_shared<broker_counters>();
  counters->answered.add(3);
  counters->refused.add(engine::refusal::expired, 2);
  const counted_in session(counters, &broker_counters::sessions);
  const auto endpoint = metrics_endpoint::open("127.0.0.1:*", counters);
  REQUIRE(endpoint);
  const auto answer = test::http_get((*endpoint)->url());
  CHECK(answer.starts_with("HTTP/1.1 200"));
  for (const auto& metric : broker_metrics) {
    const auto kind = metric.kind == metric_kind::counter ? " counter\n" : " gauge\n";
    CHECK(answer.find("# TYPE " + std::string(metric.name) + kind) != std::string::npos);
  }
  for (const auto* line : {"\nmdp_broker_requests_answered_total 3\n",
                           "\nmdp_broker_requests_refused_total{reason=\"expired\"} 2\n",
                           "\nmdp_broker_requests_refused_total{reason=\"stopping\"} 0\n",
                           "\nmdp_broker_sessions 1\n"})
    CHECK_MESSAGE(answer.find(line) != std::string::npos, line);
  counters->answered.add(1);
  CHECK(test::http_get((*endpoint)->url()).find("\nmdp_broker_requests_answered_total 4\n") !=
        std::string::npos);
}

TEST_CASE("a metrics port that is in use is one line that names it and the reason") {
  const auto counters = std::make_shared<broker_counters>();
  const auto first = metrics_endpoint::open("127.0.0.1:0", counters);
  REQUIRE(first);
  auto address = (*first)->url().substr(std::string("http://").size());
  address.erase(address.find('/'));
  const auto second = metrics_endpoint::open(address, counters);
  REQUIRE_FALSE(second);
  CHECK(second.error() == "cannot serve metrics at " + address + ": Address already in use");
}

TEST_CASE("what is no address for metrics is refused before it is tried") {
  for (const auto* good : {"127.0.0.1:9090", "*:9090", "[::1]:0", "localhost:*", "metrics.local:1"})
    CHECK_MESSAGE(!check_metrics_address(good), good);
  for (const auto* bad :
       {"", "9090", ":9090", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:90s", "::1:9090", "[::1:9090", "a b:1", "127.0.0.1:1,127.0.0.1:2", "+*:1"})
    CHECK_MESSAGE(check_metrics_address(bad), bad);
  CHECK(check_metrics_address("9090") == "9090 is no address for metrics: the port is missing; say "
                                         "HOST:PORT, for example 127.0.0.1:9090");
}
