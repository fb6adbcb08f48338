#include "unit/route_gate_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

// What happens when routers fail, and which of what they had in hand may go on to the next.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

TEST_CASE_FIXTURE(gate_fixture,
                  "what a lost router had not decided its successor is asked, in order") {
  router(1);
  for (std::uint64_t i = 1; i <= 3; ++i)
    submit(i, 1);
  decide(2, hold{});
  CHECK(router_lost(1) == "");
  CHECK(submit(4, 1) == "");
  CHECK(router(2) == "ask 4: ask 1.1 for echo"); // one at a time: one of them may be deadly
  CHECK(decide(4, forward_on{}) == "forward c1.1 to echo: ask 1.1, ask 5: ask 2.1 for echo");
  CHECK(decide(5, hold{}) == "ask 6: ask 3.1 for echo");
  CHECK(decide(6, forward_on{}) == "forward c3.1 to echo: ask 3.1, ask 7: ask 4.1 for echo");
  CHECK(gate.counters().asked_again == 3);
}

TEST_CASE_FIXTURE(gate_fixture, "what a dead router says late is ignored, whoever is there now") {
  router(1);
  submit(1, 1);
  router_lost(1);
  CHECK(decide(1, discard{"late"}) == "");
  CHECK(router(2) == "ask 2: ask 1.1 for echo");
  CHECK(decide(1, discard{"late"}) == "");
  CHECK(gate.counters().late == 2);
  CHECK(decide(2, forward_on{}) == "forward c1.1 to echo: ask 1.1");
}

TEST_CASE_FIXTURE(gate_fixture, "news of a router that has been followed already changes nothing") {
  router(1);
  submit(1, 1);
  CHECK(router(2) == "ask 2: ask 1.1 for echo");
  CHECK(router_lost(1) == "");
  CHECK(router(1) == "");
  CHECK(decide(2, forward_on{}) == "forward c1.1 to echo: ask 1.1");
}

TEST_CASE_FIXTURE(gate_fixture,
                  "a request that is deadly is found out, and its neighbours get through") {
  constexpr std::uint64_t deadly = 3;
  std::uint64_t number = 1;
  router(number);
  for (std::uint64_t i = 1; i <= 5; ++i)
    gate.submit("echo", job_of(i, 1), now);
  std::string refused;
  while (gate.undecided() > 0) {
    REQUIRE(number < 10);
    bool has_died = false;
    std::vector<route_ticket> to_decide;
    gate.actions().drain([&](route_gate_action&& action) {
      if (const auto* ask = std::get_if<ask_about_request>(&action)) {
        has_died = has_died || ask->what.body == job_of(deadly, 1).body;
        if (!has_died)
          to_decide.push_back(ask->what.ticket);
      } else
        refused += words(action);
    });
    for (const auto ticket : to_decide)
      gate.decide(ticket, forward_on{}, now);
    if (has_died) {
      gate.router_left(number, now);
      gate.router_joined(++number, now);
    }
  }
  refused += told();
  CHECK(refused.find("refuse c3.1: router_failed") != std::string::npos);
  CHECK(gate.forwarded() == 4);
}

TEST_CASE_FIXTURE(gate_fixture, "a reply that is deadly ends as its request does") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  answer(1, 1, "x");
  CHECK(router_lost(1) == "");
  CHECK(router(2) == "ask 3: final of echo: x");
  CHECK(router_lost(2) == "");
  CHECK(router(3) == "ask 4: final of echo: x");
  CHECK(router_lost(3) == "refuse c1.1: router_failed");
  CHECK(gate.replies() == 0);
  CHECK(gate.footprint() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "a verdict clears a request of all suspicion") {
  router(1);
  submit(1, 1);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    router_lost(i);
    router(i + 1);
    CHECK(decide(gate.counters().asked, hold{}) == "");
  }
  CHECK(gate.held() == 1);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "a client that goes while its request is under suspicion takes that along") {
  router(1);
  submit(1, 1);
  submit(2, 1);
  router_lost(1);
  router(2);
  submit(3, 1);
  submit(4, 1);
  CHECK(cancel(1, 1) == "never mind 3, ask 4: ask 2.1 for echo");
  CHECK(cancel(2, 1) == "never mind 4, ask 5: ask 3.1 for echo, ask 6: ask 4.1 for echo");
}

TEST_CASE_FIXTURE(gate_fixture,
                  "the replies of a request wait for the next router in their order") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  answer(1, 1, "a", false);
  answer(1, 1, "b");
  decide_reply(3, forward_on{});
  router_lost(1);
  CHECK(router(2) == "ask 4: part of echo: a");
  CHECK(decide_reply(4, forward_on{}) == "part c1.1: a, final c1.1: b");
}
