#include "mdp/engine/route_rules.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing::broker_side;

namespace {

route_rule rule_for(std::string service, std::string to) {
  route_rule rule;
  rule.service = std::move(service);
  rule.to = std::move(to);
  return rule;
}

/// Where a request goes, a star in front if that is by a rule.
std::string way(const route_rules& rules, const std::string& service, const std::string& user = {},
                std::uint64_t client = 1, std::uint64_t sequence = 1) {
  auto what = job_of(client, sequence);
  what.user = frame(user);
  const auto* rule = rules.find(service, what);
  if (rule == nullptr)
    return service;
  if (!rule->discard.empty())
    return "*discard " + rule->discard;
  return "*" + (rule->to.empty() ? service : rule->to) +
         (rule->mirror.empty() ? "" : " and " + rule->mirror);
}

} // namespace

TEST_CASE("the first rule that fits says where a request goes, and no rule leaves it alone") {
  const route_rules rules(
    {rule_for("a", "b"), rule_for("b", "c"), rule_for("img.*", "img"), rule_for("a", "never")});
  CHECK(way(rules, "a") == "*b"); // and not on to c
  CHECK(way(rules, "b") == "*c");
  CHECK(way(rules, "c") == "c");
  CHECK(way(rules, "img.scale") == "*img");
  CHECK(way(rules, "img.") == "img.");
  CHECK(way(route_rules({}), "a") == "a");
}

TEST_CASE("a rule fits by service, client and user, and a rule for a user does not fit nobody") {
  auto by_client = rule_for("*", "one");
  by_client.client = "client 1";
  auto by_user = rule_for("pay.*", "two");
  by_user.user = "anna*";
  auto nobody = rule_for("*", "three");
  nobody.user = "";
  const route_rules rules({by_client, by_user, nobody});
  CHECK(way(rules, "pay.x", "", 1) == "*one");
  CHECK(way(rules, "pay.x", "anna.b", 2) == "*two");
  CHECK(way(rules, "pay.x", "bert", 2) == "pay.x");
  CHECK(way(rules, "pay.x", "", 2) == "*three");
  CHECK(way(rules, "other", "anna.b", 2) == "other");
}

TEST_CASE("a rule mirrors, discards, or just ends the list") {
  route_rule stays;
  stays.service = "safe";
  route_rule mirrors;
  mirrors.service = "shop";
  mirrors.mirror = "shadow";
  route_rule discards;
  discards.discard = "closed";
  const route_rules rules({stays, mirrors, discards});
  CHECK(way(rules, "safe") == "*safe");
  CHECK(way(rules, "shop") == "*shop and shadow");
  CHECK(way(rules, "any") == "*discard closed");
}

TEST_CASE(
  "a share is as large as it should be, always the same, and its own for each rule and seed") {
  auto quarter = rule_for("*", "q");
  quarter.percent = 25;
  auto other_seed = quarter;
  other_seed.seed = 7;
  constexpr int requests = 20'000;
  for (const auto share : {route_share::requests, route_share::clients}) {
    quarter.share = other_seed.share = share;
    const route_rules rules({quarter});
    const route_rules seeded({other_seed});
    const route_rules twice({quarter, quarter});
    int hits = 0;
    int same = 0;
    int either = 0;
    for (std::uint64_t i = 1; i <= requests; ++i) {
      const auto client = share == route_share::clients ? i : 1 + i % 7;
      const bool hit = way(rules, "s", "", client, i) == "*q";
      CHECK(hit == (way(rules, "s", "", client, i) == "*q"));
      hits += hit ? 1 : 0;
      same += hit == (way(seeded, "s", "", client, i) == "*q") ? 1 : 0;
      either += way(twice, "s", "", client, i) == "*q" ? 1 : 0;
    }
    CHECK(hits == doctest::Approx(requests * 0.25).epsilon(0.06));
    CHECK(same == doctest::Approx(requests * 0.625).epsilon(0.06));
    CHECK(either == doctest::Approx(requests * 0.4375).epsilon(0.06));
  }
}

TEST_CASE("a share of clients takes all requests of a client the same way") {
  auto half = rule_for("*", "q");
  half.percent = 50;
  half.share = route_share::clients;
  const route_rules rules({half});
  for (std::uint64_t client = 1; client <= 50; ++client) {
    std::set<std::string> ways;
    for (std::uint64_t i = 1; i <= 20; ++i)
      ways.insert(way(rules, "s", "", client, i));
    CHECK(ways.size() == 1);
  }
}

TEST_CASE("all services where a request may have gone are known, for it may be cancelled") {
  const route_rules rules(
    {rule_for("a", "b"), rule_for("*", "c"), rule_for("x", "d"), rule_for("*", "a")});
  std::vector<std::string> targets;
  rules.for_each_target("a", [&](const std::string& name) { targets.push_back(name); });
  CHECK(targets == std::vector<std::string>{"b", "c"});
}

TEST_CASE("what is wrong with a rule is said in words") {
  const auto wrong = [](auto change) {
    route_rule rule;
    rule.service = "a";
    change(rule);
    const auto problems = problems_of(rule);
    return problems.empty() ? std::string() : problems.front();
  };
  CHECK(wrong([](route_rule&) {}) == "");
  CHECK(wrong([](route_rule& r) { r.service = "a b"; }).find("is no service name") !=
        std::string::npos);
  CHECK(wrong([](route_rule& r) { r.service = "mmi.x"; }).find("broker itself") !=
        std::string::npos);
  CHECK(wrong([](route_rule& r) { r.percent = 0; }) == "percent must be between 1 and 100");
  CHECK(wrong([](route_rule& r) { r.percent = 101; }) == "percent must be between 1 and 100");
  CHECK(wrong([](route_rule& r) { r.to = "b*"; }) == "to must be one service, not a pattern");
  CHECK(wrong([](route_rule& r) {
          r.mirror = "mmi.service";
        }).find("mirror cannot be under mmi.") == 0);
  CHECK(wrong([](route_rule& r) { r.to = r.mirror = "b"; }).find("another service") !=
        std::string::npos);
  CHECK(wrong([](route_rule& r) { r.mirror = "a"; }).find("another service") != std::string::npos);
  CHECK(wrong([](route_rule& r) {
          r.discard = "x";
          r.to = "b";
        }).find("leave out") != std::string::npos);
}
