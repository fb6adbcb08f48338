#include "mdp/engine/access_rules.hpp"
#include "support/engine_testing.hpp"
#include "unit/client_link_fixture.hpp"
#include "unit/worker_link_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

access_rules house() {
  return access_rules({
    {.user = "alice", .call = {"echo", "image.*"}, .serve = {}, .mmi = {"service"}},
    {.user = "scan-*", .call = {}, .serve = {"image.*"}, .mmi = {}, .max_connections = 2},
    {.user = "root", .call = {"*"}, .serve = {"*"}, .mmi = {"*"}, .max_requests_per_second = 4},
    {.user = "*", .call = {"public"}, .max_connections = 9, .max_requests_per_second = 7},
  });
}

} // namespace

TEST_CASE("without rules everybody may do everything") {
  const auto anybody = access_rules(std::vector<access_rule>()).for_user("");
  CHECK(anybody->may_call("echo"));
  CHECK(anybody->may_call("mmi.stats"));
  CHECK(anybody->may_serve("*"));
  CHECK(anybody->max_connections() == 0);
  for (int i = 0; i < 1000; ++i)
    CHECK(anybody->take_request(at(0s)));
}

TEST_CASE("a user may do what one of the rules about him allows, and nothing else") {
  struct {
    const char* user;
    const char* what;
    bool call;
    bool serve;
  } cases[] = {
    {"alice", "echo", true, false},
    {"alice", "image.scale", true, false},
    {"alice", "image.*", true, false},
    {"alice", "image.", false, false},
    {"alice", "image", false, false},
    {"alice", "public", true, false},
    {"alice", "other", false, false},
    {"alice", "mmi.service", true, false},
    {"alice", "mmi.stats", false, false},
    {"alic", "echo", false, false},
    {"alice2", "echo", false, false},
    {"scan-1", "image.scale", false, true},
    {"scan-1", "image.*", false, true},
    {"scan-1", "image.scale.*", false, true},
    {"scan-1", "ima*", false, false},
    {"scan-1", "*", false, false},
    {"scan-", "image.scale", false, false},
    {"root", "anything", true, true},
    {"root", "*", true, true},
    {"root", "mmi.stats", true, true},
    {"", "public", true, false},
    {"", "echo", false, false},
    {"", "mmi.service", false, false},
  };
  const auto rules = house();
  for (const auto& each : cases) {
    CAPTURE(each.user);
    CAPTURE(each.what);
    CHECK(rules.for_user(each.user)->may_call(each.what) == each.call);
    CHECK(rules.for_user(each.user)->may_serve(each.what) == each.serve);
  }
}

TEST_CASE("services of a star do not include those of the broker itself") {
  const access_rules rules(std::vector<access_rule>{{.user = "*", .call = {"*"}}});
  CHECK(rules.for_user("a")->may_call("echo"));
  CHECK_FALSE(rules.for_user("a")->may_call("mmi.services"));
  CHECK_FALSE(rules.for_user("a")->may_call("mmi."));
}

TEST_CASE("where rules say nothing about a user he may do nothing") {
  const access_rules rules(
    std::vector<access_rule>{{.user = "alice", .call = {"*"}, .serve = {"*"}, .mmi = {"*"}}});
  const auto bob = rules.for_user("bob");
  CHECK(bob->rules().empty());
  CHECK_FALSE(bob->may_call("echo"));
  CHECK_FALSE(bob->may_call("mmi.service"));
  CHECK_FALSE(bob->may_serve("echo"));
}

TEST_CASE("limits are those of the first rule that is about a user and has one") {
  const auto rules = house();
  CHECK(rules.for_user("scan-1")->max_connections() == 2);
  CHECK(rules.for_user("scan-1")->max_requests_per_second() == 7);
  CHECK(rules.for_user("root")->max_connections() == 9);
  CHECK(rules.for_user("root")->max_requests_per_second() == 4);
  CHECK(rules.for_user("scan-1")->rules() == std::vector<std::size_t>{2, 4});
}

TEST_CASE("a pace lets a second's worth happen at once, and then one at a time") {
  pace four(4);
  for (int i = 0; i < 4; ++i)
    CHECK(four.take(at(10s)));
  CHECK_FALSE(four.take(at(10s)));
  CHECK_FALSE(four.take(at(10s) + 249ms));
  CHECK(four.take(at(10s) + 250ms));
  CHECK_FALSE(four.take(at(10s) + 250ms));
  for (int i = 0; i < 4; ++i) // what was not used is not saved up for longer
    CHECK(four.take(at(1h)));
  CHECK_FALSE(four.take(at(1h)));
  CHECK_FALSE(four.take(at(10s))); // a clock that looks back gives nothing away
}

TEST_CASE("all peers of a user share what he may, as long as one is there") {
  access_book book(std::make_shared<access_rules>(house()));
  auto first = book.of("root");
  const auto second = book.of("root");
  CHECK(first == second);
  for (int i = 0; i < 4; ++i)
    CHECK(first->take_request(at(0s)));
  CHECK_FALSE(second->take_request(at(0s)));
  CHECK(book.of("alice") != second);
}

TEST_CASE("users who have gone are forgotten") {
  access_book book(std::make_shared<access_rules>(house()));
  const auto stays = book.of("alice");
  for (int i = 0; i < 10'000; ++i)
    std::ignore = book.of("user " + std::to_string(i));
  CHECK(book.size() <= 64);
  CHECK(book.of("alice") == stays);
}

TEST_CASE(
  "a request that its user may not make is refused, and the client hears so if it wants to") {
  auto how = client_link_fixture::config();
  how.status_replies = true;
  const auto access = house().for_user("alice");
  client_link link(how, peer_id{5}, frame("routing id"), at(0s), {}, frame("alice"), access);
  const auto ask = [&](const char* service) {
    link.handle({{{}, false}, service, body({"?"})}, wire::protocol_version::v0_2, at(0s));
    return told(link.actions());
  };
  CHECK(ask("other").starts_with("refused: not_allowed, send final"));
  CHECK(link.open_requests() == 0);
  CHECK(ask("mmi.stats").starts_with("refused: not_allowed"));
  CHECK(ask("echo").starts_with("submit"));
  CHECK(link.open_requests() == 1);
}

TEST_CASE("requests faster than a user's are refused, whatever session they come by") {
  const auto access = house().for_user("root");
  const client_link_config how;
  client_link one(how, peer_id{5}, frame("a"), at(0s), {}, frame("root"), access);
  client_link other(how, peer_id{6}, frame("b"), at(0s), {}, frame("root"), access);
  const auto ask = [&](client_link& link, duration when) {
    link.handle({{{}, false}, "echo", body({"?"})}, wire::protocol_version::v0_2, at(when));
    return told(link.actions());
  };
  for (int i = 0; i < 2; ++i) {
    CHECK(ask(one, 0s).starts_with("submit"));
    CHECK(ask(other, 0s).starts_with("submit"));
  }
  CHECK(ask(one, 0s) == "refused: too_fast");
  CHECK(ask(other, 0s) == "refused: too_fast");
  CHECK(ask(other, 250ms).starts_with("submit"));
}

TEST_CASE("T15 a worker that may not serve what it offers is told to go once, after a while") {
  const auto access = house().for_user("scan-1");
  worker_link link(worker_link_fixture::config(), at(0s), access);
  const auto say = [&](wire::from_worker command, time_point when) {
    link.handle(std::move(command), when);
    return told(link.actions());
  };
  CHECK(say(wire::worker_ready{"echo"}, at(0s)) == "refused: echo");
  CHECK_FALSE(link.is_ready());
  CHECK(link.next_deadline() == at(1s));
  CHECK(say(wire::heartbeat{}, at(0s)) == "");
  CHECK(say(wire::worker_ready{"image.scale"}, at(0s)) == ""); // it had its word
  CHECK(say(wire::worker_final{frame("c"), body({"x"})}, at(0s)) == "");
  link.probe(at(0s));
  link.tick(at(999ms));
  CHECK(told(link.actions()) == "");
  link.tick(at(1s));
  CHECK(told(link.actions()) == "send disconnect, ended: not_allowed");
  CHECK(link.has_ended());
  CHECK(link.next_deadline() == never);
}

TEST_CASE("a worker that was refused may leave, be lost or be dismissed before it is told") {
  const auto refused = [] {
    worker_link link(worker_link_fixture::config(), at(0s), house().for_user("scan-1"));
    link.handle(wire::worker_ready{"echo"}, at(0s));
    std::ignore = told(link.actions());
    return link;
  };
  auto leaves = refused();
  leaves.handle(wire::disconnect{}, at(0s));
  CHECK(told(leaves.actions()) == "ended: left");
  auto lost = refused();
  lost.handle_unreachable();
  CHECK(told(lost.actions()) == "ended: unreachable");
  auto dismissed = refused();
  dismissed.dismiss();
  CHECK(told(dismissed.actions()) == "send disconnect, ended: dismissed");
  auto allowed = worker_link(worker_link_fixture::config(), at(0s), house().for_user("scan-1"));
  allowed.handle(wire::worker_ready{"image.scale"}, at(0s));
  CHECK(told(allowed.actions()) == "offer image.scale x1");
}
