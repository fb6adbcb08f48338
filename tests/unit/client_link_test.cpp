#include "mdp/engine/client_link.hpp"
#include "unit/client_link_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

// Every request of a client leaves once, in its own version and along its own path. Partial replies
// are in client_link_partials_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

TEST_CASE_FIXTURE(client_link_fixture,
                  "a request is submitted to its service under an id of its own") {
  CHECK(ask("echo") == "submit c5.1 to echo");
  CHECK(ask("echo") == "submit c5.2 to echo");
  CHECK(ask("other") == "submit c5.3 to other");
  CHECK(link.open_requests() == 3);
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "7-12 a request carries address, body and the time it may wait") {
  link.handle({{}, "echo", body({"a", "", "c"})}, v0_2, at(3s));
  link.actions().drain([](client_link_action&& action) {
    const auto& submitted = std::get<submit_to_service>(action).what;
    CHECK(submitted.client_address == "routing id");
    CHECK(submitted.body == body({"a", "", "c"}));
    CHECK(submitted.deadline == at(3s) + client_link_fixture::config().request_ttl);
  });
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "7-8 18-3 an answer names the service, in the request's version") {
  ask("echo", v0_1);
  ask("other", v0_2);
  CHECK(finish(2, {"x"}) == "send final 0.2 other: x");
  CHECK(finish(1, {"y", ""}) == "send final 0.1 echo: y|");
  CHECK(link.open_requests() == 0);
}

TEST_CASE_FIXTURE(client_link_fixture, "T19 an answer goes back along the path of its request") {
  link.handle({{{frame("proxy"), frame("7")}, true}, "echo", body({"a"})}, v0_2, at(0s));
  link.handle({{{frame("8")}, true}, "echo", body({"b"})}, v0_1, at(0s));
  told(link.actions());
  CHECK(finish(2, {"x"}) == "send final 0.1 <8> echo: x");
  CHECK(finish(1, {"y"}) == "send final 0.2 <proxy> <7> echo: y");
}

TEST_CASE_FIXTURE(client_link_fixture, "T3 a delimiter in 0.2 is answered in kind") {
  for (const bool delimited : {false, true}) {
    client_link_fixture f;
    f.link.handle({{{}, delimited}, "echo", body({"a"})}, v0_2, at(0s));
    told(f.link.actions());
    f.link.finish(id_of(5, 1), body({"x"}), at(0s));
    f.link.actions().drain([&](client_link_action&& action) {
      const auto& out = std::get<send_to_client>(action);
      CHECK(std::get<wire::client_final>(out.command).path.delimited == delimited);
    });
  }
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "8-5 8-7 an answer of MMI is a REPLY in 0.1 and a FINAL in 0.2, under its name") {
  ask("mmi.service", v0_1);
  ask("mmi.service", v0_2);
  CHECK(finish(1, {"200"}) == "send final 0.1 mmi.service: 200");
  CHECK(finish(2, {"404"}) == "send final 0.2 mmi.service: 404");
}

TEST_CASE_FIXTURE(client_link_fixture, "T6 18-6 a request is answered once, whatever comes later") {
  ask("echo");
  CHECK(finish(1, {"x"}) == "send final 0.2 echo: x");
  CHECK(finish(1, {"again"}) == "");
  CHECK(partial(1, {"again"}) == "");
  CHECK(refuse(1, refusal::expired) == "");
}

TEST_CASE_FIXTURE(client_link_fixture, "T6 an answer to what was refused comes too late") {
  ask("echo");
  CHECK(refuse(1, refusal::attempts_used_up) == "refused: attempts_used_up");
  CHECK(finish(1, {"x"}) == "");
  CHECK(link.open_requests() == 0);
}

TEST_CASE_FIXTURE(client_link_fixture, "an answer to what was never asked is dropped") {
  CHECK(finish(9, {"x"}) == "");
  CHECK(partial(9, {"x"}) == "");
}

TEST_CASE_FIXTURE(client_link_fixture, "7-13 a client has a window of open requests") {
  for (int i = 0; i < 3; ++i)
    ask("echo");
  CHECK(ask("echo") == "refused: window_full");
  CHECK(link.open_requests() == 3);
  finish(2, {"x"});
  CHECK(ask("echo") == "submit c5.4 to echo");
}

TEST_CASE_FIXTURE(client_link_fixture, "T12 what cannot be served is met with silence") {
  for (std::size_t i = 0; i < refusal_count; ++i) {
    client_link_fixture f;
    f.ask("echo");
    const auto reason = static_cast<refusal>(i);
    CHECK(f.refuse(1, reason) == "refused: " + std::string(to_string(reason)));
    CHECK(f.link.open_requests() == 0);
  }
}

TEST_CASE("T12 or with a status reply, where that is configured") {
  auto how = client_link_fixture::config();
  how.status_replies = true;
  const std::pair<refusal, std::string> rows[] = {
    {refusal::expired, "mdp-status 408 request expired"},
    {refusal::window_full, "mdp-status 429 too many open requests"},
    {refusal::client_memory_full, "mdp-status 429 too many open requests"},
    {refusal::broker_full, "mdp-status 503 broker overloaded"},
    {refusal::broker_memory_full, "mdp-status 503 broker overloaded"},
    {refusal::attempts_used_up, "mdp-status 410 request given up"},
    {refusal::partials_too_large, "mdp-status 410 request given up"},
    {refusal::queue_full, "mdp-status 503 service overloaded"},
    {refusal::memory_full, "mdp-status 503 service overloaded"},
    {refusal::too_many_services, "mdp-status 503 service overloaded"},
    {refusal::discarded, "mdp-status 403 request discarded"},
    {refusal::worker_gone, "mdp-status 404 no such worker"},
    {refusal::router_failed, "mdp-status 500 router failed"},
    {refusal::router_full, "mdp-status 503 router overloaded"},
    {refusal::router_memory_full, "mdp-status 503 router overloaded"},
    {refusal::stopping, "mdp-status 503 broker is stopping"},
    {refusal::not_allowed, "mdp-status 403 not allowed"},
    {refusal::too_fast, "mdp-status 429 too many requests a second"},
  };
  static_assert(std::size(rows) == refusal_count);
  for (const auto& [reason, text] : rows) {
    client_link_fixture f(how);
    f.ask("echo", client_link_fixture::v0_1);
    CHECK(f.refuse(1, reason) ==
          "refused: " + std::string(to_string(reason)) + ", send final 0.1 echo: " + text);
  }
}

TEST_CASE("T12 a request over the window gets its status reply along its own path") {
  auto how = client_link_fixture::config();
  how.status_replies = true;
  how.window = 0;
  client_link_fixture f(how);
  f.link.handle({{{frame("7")}, true}, "echo", body({"a"})}, client_link_fixture::v0_2, at(0s));
  CHECK(told(f.link.actions()) ==
        "refused: window_full, send final 0.2 <7> echo: mdp-status 429 too many open requests");
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "an end says how many requests were read, refused ones too") {
  for (int i = 0; i < 4; ++i) // one over the window
    ask("echo");
  link.handle_unreachable();
  std::uint64_t heard = 0;
  link.actions().drain([&](client_link_action&& action) {
    if (const auto* end = std::get_if<client_ended>(&action))
      heard = end->heard;
  });
  CHECK(heard == 4);
}

TEST_CASE_FIXTURE(client_link_fixture, "T5 an unreachable client's requests are cancelled") {
  ask("echo");
  CHECK(unreachable() == "cancel c5.1 at echo, ended: unreachable");
  check_is_over();
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "a client that is dismissed is forgotten with all it asked") {
  ask("echo");
  link.dismiss();
  CHECK(told(link.actions()) == "cancel c5.1 at echo, ended: dismissed");
  check_is_over();
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "T5 Z7 a client that asks nothing for a while is forgotten") {
  CHECK(link.next_deadline() == at(60s));
  CHECK(tick(at(60s - 1ns)) == "");
  CHECK(tick(at(60s)) == "may leave after 0?");
  CHECK(link.next_deadline() == never);
  CHECK(released() == "ended: idle");
  check_is_over();
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "T5 a client whose request crosses its end as a session stays, and asks later") {
  ask("echo");
  finish(1, {"x"});
  REQUIRE(tick(at(60s)) == "may leave after 1?");
  ask("echo"); // was under way; so it is not released
  CHECK(finish(2, {"x"}, at(70s)) == "send final 0.2 echo: x");
  CHECK(link.next_deadline() == at(130s));
  CHECK(tick(at(130s)) == "may leave after 2?");
  CHECK(released() == "ended: idle");
}

TEST_CASE_FIXTURE(client_link_fixture, "T5 requests that are refused count as heard") {
  for (std::size_t i = 0; i < 10; ++i)
    ask("echo");
  for (std::uint64_t i = 1; i <= 10; ++i)
    link.refuse(id_of(5, i), refusal::expired, at(0s));
  told(link.actions());
  CHECK(tick(at(60s)) == "may leave after 10?");
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "a client that cannot be reached does not wait for an answer") {
  REQUIRE(tick(at(60s)) == "may leave after 0?");
  link.handle_unreachable();
  CHECK(told(link.actions()) == "ended: unreachable");
  CHECK(released() == "");
}

TEST_CASE_FIXTURE(client_link_fixture, "T5 O2 a session lives as long as a request is open") {
  ask("echo");
  CHECK(link.next_deadline() == never);
  CHECK(tick(at(24h)) == "");
  CHECK(finish(1, {"x"}, at(24h)) == "send final 0.2 echo: x");
  CHECK(link.next_deadline() == at(24h + 60s));
  CHECK(tick(at(24h + 60s)) == "may leave after 1?");
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "T5 O2 every way of leaving makes the session's time begin anew") {
  for (const auto how : {0, 1, 2}) {
    client_link_fixture f;
    f.ask("echo");
    if (how == 0)
      f.finish(1, {"x"}, at(40s));
    if (how == 1)
      f.link.refuse(id_of(5, 1), refusal::expired, at(40s));
    if (how == 2) {
      f.partial(1, {"p"}, at(40s));
      f.finish(1, {"x"}, at(30s)); // an older time than known changes nothing
    }
    CHECK(f.link.next_deadline() == at(100s));
  }
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "one client may ask in both versions, each is answered in its own") {
  ask("echo", v0_1);
  ask("echo", v0_2);
  CHECK(finish(2, {"x"}) == "send final 0.2 echo: x");
  CHECK(finish(1, {"x"}) == "send final 0.1 echo: x");
}
