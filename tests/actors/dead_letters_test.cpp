#include "actors/broker_fixture.hpp"
#include "mdp/engine/dead_letter_office.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <memory>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr peer_id client{1};
constexpr peer_id sexton{2};
const std::string graveyard = "graveyard";

actors::broker_tree tree_with(const std::string& dead_letter_service) {
  actors::broker_tree parts;
  parts.queues.attempts = 2;
  parts.dead_letter_service = dead_letter_service;
  return parts;
}

struct fixture : broker_fixture {
  explicit fixture(actors::broker_tree parts = tree_with(graveyard))
      : broker_fixture(std::move(parts)), asks(connect_client(client)) {}

  /// `times` workers of `service` take what waits, and are lost over it.
  void lose_workers(const std::string& service, int times) {
    for (int i = 0; i < times; ++i) {
      const peer_id id{++last_worker_};
      const auto works = connect_worker(id, service);
      REQUIRE(told_worker(id).size() == 1);
      system.send(works, actors::peer_lost{});
    }
  }

  json listed() {
    system.advance(100ms, 10ms);
    static_cast<void>(told_client(client));
    request(asks, "mmi.dead_letters", "");
    const auto replies = told_client(client);
    REQUIRE(replies.size() == 1);
    return json::parse(std::get<wire::client_final>(replies[0]).body[1].text());
  }

  actors::client_session_actor asks;

private:
  std::uint64_t last_worker_ = 100;
};

} // namespace

TEST_CASE("a request whose attempts are used up is listed as a dead letter") {
  fixture broker(tree_with(""));
  CHECK(broker.listed() == json::array());
  broker.request(broker.asks, "echo", "poison");
  broker.lose_workers("echo", 2);
  broker.system.advance(3s);
  const auto letters = broker.listed();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["service"] == "echo");
  CHECK(letters[0]["client"] == frame("client 1").hex());
  CHECK(letters[0]["attempts"] == 2);
  CHECK(letters[0]["frames"] == 1);
  CHECK(letters[0]["bytes"] == 6);
  CHECK(letters[0]["head"] == frame("poison").hex());
  CHECK(letters[0]["age_ms"].get<int>() >= 3000);
  CHECK(broker.counters->dead_letters.value() == 1);
  CHECK(broker.counters->dead_letters_redirected.value() == 0);
  CHECK(broker.counters->refused.value(engine::refusal::attempts_used_up) == 1);
}

TEST_CASE("a request that may be tried once is a dead letter at its first loss") {
  auto parts = tree_with("");
  parts.queues.promise = engine::delivery::at_most_once;
  fixture broker(std::move(parts));
  broker.request(broker.asks, "echo", "once");
  broker.lose_workers("echo", 1);
  const auto letters = broker.listed();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["attempts"] == 1);
}

TEST_CASE_FIXTURE(fixture, "a dead letter goes to its service behind the name of its own") {
  const auto digs = connect_worker(sexton, graveyard);
  request(asks, "echo", "poison");
  lose_workers("echo", 2);
  const auto buried = only_request(sexton);
  CHECK(buried.body == message{frame("echo"), frame("poison")});
  CHECK(buried.address == engine::broker_address);
  CHECK(counters->dead_letters_redirected.value() == 1);
  // Its answer is for nobody, and the next one comes all the same.
  say(digs, final_for(buried, "rest in peace"));
  CHECK(told_client(client).empty());
  request(asks, "echo", "more poison");
  lose_workers("echo", 2);
  CHECK(only_request(sexton).body == message{frame("echo"), frame("more poison")});
  CHECK(ended().size() == 4); // the sexton has done nothing wrong
}

TEST_CASE_FIXTURE(fixture, "a dead letter waits for a worker of its service") {
  request(asks, "echo", "poison");
  lose_workers("echo", 2);
  system.advance(10min, 1s);
  connect_worker(sexton, graveyard);
  CHECK(only_request(sexton).body == message{frame("echo"), frame("poison")});
}

TEST_CASE_FIXTURE(fixture, "a dead letter that is lost again is the end of it") {
  request(asks, "echo", "poison");
  lose_workers("echo", 2);
  lose_workers(graveyard, 2);
  CHECK(listed().size() == 1);
  CHECK(counters->dead_letters.value() == 1);
  CHECK(counters->dead_letters_redirected.value() == 1);
  CHECK(counters->dead_letters_lost.value(engine::refusal::attempts_used_up) == 1);
  connect_worker(sexton, graveyard);
  CHECK(told_worker(sexton).empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a client's own request that dies at the dead-letter service stays dead") {
  request(asks, graveyard, "prank");
  lose_workers(graveyard, 2);
  CHECK(listed().size() == 1);
  CHECK(counters->dead_letters_redirected.value() == 0);
}

TEST_CASE_FIXTURE(fixture, "a request that dies while the broker drains is noted, not handed on") {
  const auto works = connect_worker(sexton, "echo");
  request(asks, "echo", "poison");
  REQUIRE(told_worker(sexton).size() == 1);
  system.send(works, actors::peer_lost{});
  const peer_id second{3};
  const auto again = connect_worker(second, "echo");
  REQUIRE(told_worker(second).size() == 1);
  bool drained = false;
  system.send(registry->get(), actors::drain_services{[&] { drained = true; }});
  CHECK_FALSE(drained);
  system.send(again, actors::peer_lost{});
  CHECK(drained);
  CHECK(counters->dead_letters.value() == 1);
  CHECK(counters->dead_letters_redirected.value() == 0);
  CHECK(counters->dead_letters_lost.value(engine::refusal::stopping) == 1);
  CHECK(listed().size() == 1);
}

TEST_CASE("a dead letter that finds no room for its service is noted, and counted as lost") {
  auto parts = tree_with(graveyard);
  parts.max_services = 1;
  fixture broker(std::move(parts));
  broker.request(broker.asks, "echo", "poison");
  broker.lose_workers("echo", 2);
  CHECK(broker.counters->dead_letters.value() == 1);
  CHECK(broker.counters->dead_letters_redirected.value() == 0);
  CHECK(broker.counters->dead_letters_lost.value(engine::refusal::too_many_services) == 1);
}

TEST_CASE("the budget of the whole broker refuses what is too much, and counts it") {
  actors::broker_tree parts;
  parts.budget = std::make_shared<engine::broker_budget>(engine::budget_config{2, 1'000'000});
  fixture broker(std::move(parts));
  broker.request(broker.asks, "a", "1");
  broker.request(broker.asks, "b", "2");
  broker.request(broker.asks, "c", "3");
  CHECK(broker.counters->refused.value(engine::refusal::broker_full) == 1);
  CHECK(broker.counters->budget->requests() == 2);
  const auto works = broker.connect_worker(sexton, "a");
  broker.say(works, final_for(broker.only_request(sexton), "done"));
  CHECK(broker.counters->budget->requests() == 1);
  broker.request(broker.asks, "c", "4");
  CHECK(broker.counters->refused.total() == 1);
}

TEST_CASE("a client's memory is bounded, and what is refused for it is counted") {
  actors::broker_tree parts;
  parts.clients.max_bytes = 10'000;
  fixture broker(std::move(parts));
  broker.request(broker.asks, "a", std::string(6'000, 'x'));
  broker.request(broker.asks, "a", std::string(6'000, 'x'));
  CHECK(broker.counters->refused.value(engine::refusal::client_memory_full) == 1);
  CHECK(broker.counters->accepted.value() == 1);
}
