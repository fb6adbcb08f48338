#include "actors/broker_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

constexpr peer_id client{1};
constexpr peer_id worker{2};

struct ruled_broker : broker_fixture {
  explicit ruled_broker(std::vector<engine::access_rule> rules)
      : broker_fixture(parts_of(std::move(rules))) {}

  static actors::broker_tree parts_of(std::vector<engine::access_rule> rules) {
    actors::broker_tree parts;
    parts.access = std::make_shared<engine::access_rules>(std::move(rules));
    return parts;
  }
};

std::vector<engine::access_rule> rules() {
  return {
    {.user = "alice", .call = {"echo"}, .mmi = {"service"}},
    {.user = "scanner", .serve = {"echo"}},
    {.user = "fast", .call = {"echo"}, .max_requests_per_second = 2},
  };
}

} // namespace

TEST_CASE("a user calls what he may, of a user who may serve it") {
  ruled_broker broker(rules());
  broker.user = frame("alice");
  const auto asks = broker.connect_client(client);
  broker.user = frame("scanner");
  broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "hello");
  CHECK(broker.only_request(worker).body == message{frame("hello")});
  broker.request(asks, "mmi.service", "echo");
  CHECK(broker.told_client(client).size() == 1);
}

TEST_CASE(
  "O13 a user gets nowhere with what he may not call, be it a service or the broker's own") {
  ruled_broker broker(rules());
  broker.user = frame("scanner");
  broker.connect_worker(worker, "echo");
  const auto asks = broker.connect_client(client);
  for (const auto* service : {"echo", "mmi.service", "mmi.services", "nowhere"})
    broker.request(asks, service, "x");
  CHECK(broker.told_worker(worker).empty());
  CHECK(broker.told_client(client).empty());
  CHECK(broker.counters->refused.value(engine::refusal::not_allowed) == 4);
  CHECK(broker.counters->accepted.value() == 0);
}

TEST_CASE("T15 a worker that offers what it may not serve gets no work, and its DISCONNECT later") {
  ruled_broker broker(rules());
  broker.user = frame("alice");
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "x");
  CHECK(broker.told_worker(worker).empty());
  broker.system.advance(1001ms);
  const auto told = broker.told_worker(worker);
  REQUIRE(told.size() == 1);
  CHECK(std::holds_alternative<wire::disconnect>(told[0]));
  REQUIRE(broker.ended().size() == 1);
  CHECK(broker.ended()[0].was_told);
  CHECK(broker.counters->ended_workers.value(engine::worker_end::not_allowed) == 1);
}

TEST_CASE("the rate of a user's requests is that of all his clients together") {
  ruled_broker broker(rules());
  broker.user = frame("scanner");
  broker.connect_worker(worker, "echo", wire::protocol_version::v0_2, 100);
  broker.user = frame("fast");
  const auto one = broker.connect_client(client);
  const auto other = broker.connect_client(peer_id{3});
  for (int i = 0; i < 3; ++i) {
    broker.request(one, "echo", "x");
    broker.request(other, "echo", "x");
  }
  CHECK(broker.told_worker(worker).size() == 2);
  CHECK(broker.counters->refused.value(engine::refusal::too_fast) == 4);
}

TEST_CASE("who comes without a name may do what everybody may") {
  auto all = rules();
  all.push_back({.user = "*", .call = {"public"}});
  ruled_broker broker(all);
  const auto asks = broker.connect_client(client);
  broker.request(asks, "echo", "x");
  broker.request(asks, "public", "x");
  CHECK(broker.counters->refused.value(engine::refusal::not_allowed) == 1);
  CHECK(broker.counters->accepted.value() == 1);
}
