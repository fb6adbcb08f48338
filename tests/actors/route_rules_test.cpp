#include "actors/routing_fixture.hpp"

#include <doctest/doctest.h>

// What the rules of a configuration do with requests.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;

namespace {

engine::route_rule rule_for(const std::string& service) {
  engine::route_rule rule;
  rule.service = service;
  return rule;
}

} // namespace

TEST_CASE("a rule sends requests to another service, also those that are cancelled later") {
  auto rule = rule_for("old");
  rule.to = "new";
  routing_setup setup;
  setup.rules = {rule};
  routing_fixture f(std::move(setup));
  f.ask("old", "a");
  f.ask("old", "b");
  const auto works = f.broker.connect_worker(worker, "new");
  REQUIRE(f.given(worker) == "a");
  f.answer(works, "A");
  CHECK(f.told() == "old: A");
  REQUIRE(f.given(worker) == "b");
  f.ask("old", "c"); // waits behind it
  f.broker.system.send(f.asks, peer_lost{});
  f.answer(works, "B");
  CHECK(f.given(worker) == "");
  CHECK(f.broker.counters->cancelled.value() == 2);
  CHECK(f.counters->renamed_by_rule.value() == 3);
}

TEST_CASE(
  "a rule mirrors requests: the client hears the one service, and the other's answer is counted") {
  auto rule = rule_for("shop");
  rule.mirror = "shadow";
  routing_setup setup;
  setup.rules = {rule};
  routing_fixture f(std::move(setup));
  const auto real = f.broker.connect_worker(worker, "shop");
  const auto shadow = f.broker.connect_worker(other_worker, "shadow");
  f.ask("shop", "x");
  REQUIRE(f.given(other_worker) == "x");
  f.answer(shadow, "from the shadow");
  CHECK(f.told() == "");
  CHECK(f.counters->mirror_answers.value() == 1);
  REQUIRE(f.given(worker) == "x");
  f.answer(real, "real");
  CHECK(f.told() == "shop: real");
  f.ask("shop", "y");
  f.broker.system.advance(std::chrono::seconds(1));
  CHECK(f.counters->mirrored.value() == 2);
}

TEST_CASE("a mirror that nobody serves does no harm, and what becomes of it is counted") {
  auto rule = rule_for("shop");
  rule.mirror = "nobody";
  routing_setup setup;
  setup.rules = {rule};
  routing_fixture f(std::move(setup));
  const auto real = f.broker.connect_worker(worker, "shop");
  f.ask("shop", "x");
  REQUIRE(f.given(worker) == "x");
  f.answer(real, "real");
  CHECK(f.told() == "shop: real");
  f.broker.system.advance(std::chrono::seconds(62), std::chrono::milliseconds(500));
  CHECK(f.counters->mirrors_refused.value(engine::refusal::expired) == 1);
  CHECK(f.broker.counters->refused.total() == 0); // nobody's request
}

TEST_CASE("a rule discards requests, and the broker can be asked about itself all the same") {
  auto rule = rule_for("*");
  rule.discard = "closed";
  routing_setup setup;
  setup.rules = {rule};
  routing_fixture f(std::move(setup), true);
  f.ask("echo", "x");
  CHECK(f.told() == "echo: mdp-status 403 request discarded");
  CHECK(f.counters->discarded.value("closed") == 1);
  f.ask("mmi.service", "echo");
  f.broker.system.advance(std::chrono::milliseconds(100), std::chrono::milliseconds(10));
  CHECK(f.told() == "mmi.service: 404");
}

TEST_CASE("rules are looked at before routers, which see what the rules have made of a request") {
  auto rule = rule_for("old");
  rule.to = "new";
  std::vector<std::string> seen;
  const auto script = std::make_shared<router_script>();
  script->on_request = [&](const routed_request& request) -> request_verdict {
    seen.push_back(request.service);
    return forward_to{"old"}; // no rule looks at that any more
  };
  routing_setup setup;
  setup.rules = {rule};
  setup.routers = {router_of(script)};
  routing_fixture f(std::move(setup));
  f.broker.connect_worker(worker, "old");
  f.ask("old", "x");
  CHECK(seen == std::vector<std::string>{"new"});
  CHECK(f.given(worker) == "x");
}
