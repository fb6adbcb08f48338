#include "unit/route_gate_fixture.hpp"

#include <doctest/doctest.h>

// What becomes of requests and replies by a router's verdicts. What happens when routers fail is in
// route_gate_loss_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

engine::route_gate_config small(std::size_t window, std::size_t requests = 100) {
  engine::route_gate_config config;
  config.window = window;
  config.max_requests = requests;
  return config;
}

} // namespace

TEST_CASE_FIXTURE(gate_fixture, "a request waits until a router is there, and is forwarded then") {
  CHECK(submit(1, 1) == "");
  CHECK(gate.undecided() == 1);
  CHECK(router(1) == "ask 1: ask 1.1 for echo");
  CHECK(decide(1, forward_on{}) == "forward c1.1 to echo: ask 1.1");
  CHECK(gate.undecided() == 0);
  CHECK(gate.forwarded() == 1);
  CHECK(gate.footprint() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "a router sends a request to another service, rewritten or not") {
  router(1);
  submit(1, 1);
  CHECK(decide(1, {forward_to{"other"}, body({"new"})}) == "forward c1.1 to other: new");
  submit(1, 2);
  CHECK(decide(2, {forward_on{}, message{}}) == "forward c1.2 to echo: ");
  CHECK(gate.counters().outcomes[static_cast<std::size_t>(route_outcome::renamed)] == 1);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "a router sees who asks, for what, until when, and after how many tries") {
  router(1);
  auto what = job_of(1, 1, at(5s));
  what.user = frame("anna");
  what.attempts = 2;
  gate.submit("echo", what, now);
  gate.actions().drain([&](route_gate_action&& action) {
    const auto& asked = std::get<ask_about_request>(action).what;
    CHECK(asked.user == "anna");
    CHECK(asked.client == "client 1");
    CHECK(asked.service == "echo");
    CHECK(asked.deadline == at(5s));
    CHECK(asked.attempts == 2);
  });
  gate.decide({1}, forward_on{}, now);
  gate.actions().drain([&](route_gate_action&& action) {
    CHECK(std::get<forward_request>(action).what.user == "anna");
  });
  gate.answered(id_of(1, 1), 3, true, body({"x"}), sink_id{7}, now);
  gate.actions().drain([&](route_gate_action&& action) {
    const auto& asked = std::get<ask_about_reply>(action);
    CHECK(asked.what.user == "anna");
    CHECK(asked.what.client == "client 1");
    CHECK(asked.what.attempt == 3);
    CHECK(asked.from == sink_id{7});
  });
}

TEST_CASE_FIXTURE(gate_fixture, "a router answers at once, and no service hears of it") {
  router(1);
  submit(1, 1);
  CHECK(decide(1, reply_with{body({"a", "b"})}) == "final c1.1: a|b");
  CHECK(!gate.knows(id_of(1, 1)));
  submit(1, 2);
  CHECK(decide(2, reply_with{}) == "final c1.2: "); // one empty frame: a lawful body (T11)
}

TEST_CASE_FIXTURE(gate_fixture, "what a router discards is refused, and its reason is noted") {
  router(1);
  submit(1, 1);
  CHECK(decide(1, discard{"no token"}) == "discarded: no token, refuse c1.1: discarded");
  CHECK(gate.footprint() == 0);
}

TEST_CASE("what a router holds makes room for other questions, and is decided later") {
  gate_fixture f(small(1));
  f.router(1);
  CHECK(f.submit(1, 1) == "ask 1: ask 1.1 for echo");
  CHECK(f.submit(2, 1) == "");
  CHECK(f.decide(1, hold{}) == "ask 2: ask 2.1 for echo");
  CHECK(f.gate.held() == 1);
  CHECK(f.decide(2, forward_on{}) == "forward c2.1 to echo: ask 2.1");
  CHECK(f.decide(1, hold{}) == ""); // still
  CHECK(f.decide(1, forward_on{}) == "forward c1.1 to echo: ask 1.1");
  CHECK(f.gate.held() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "a second verdict, or one about nothing, is counted and ignored") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  CHECK(decide(1, discard{"again"}) == "");
  CHECK(decide(99, forward_on{}) == "");
  CHECK(decide_reply(1, forward_on{}) == "");
  CHECK(gate.counters().late == 3);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "a verdict about a reply does not count for a request, nor the other "
                  "way round") {
  router(1);
  submit(1, 1);
  CHECK(decide_reply(1, forward_on{}) == "");
  decide(1, forward_on{});
  CHECK(answer(1, 1, "x") == "ask 2: final of echo: x");
  CHECK(decide(2, discard{"?"}) == "");
  CHECK(gate.counters().late == 2);
  CHECK(decide_reply(2, forward_on{}) == "final c1.1: x");
}

TEST_CASE_FIXTURE(gate_fixture, "a reply passes, is rewritten, or is discarded") {
  router(1);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    submit(1, i);
    decide(2 * i - 1, forward_on{});
    CHECK(answer(1, i, "x") == "ask " + std::to_string(2 * i) + ": final of echo: x");
    switch (i) {
    case 1:
      CHECK(decide_reply(2, forward_on{}) == "final c1.1: x");
      break;
    case 2:
      CHECK(decide_reply(4, {forward_on{}, body({"y"})}) == "final c1.2: y");
      break;
    default:
      CHECK(decide_reply(6, discard{"secret"}) == "discarded: secret, refuse c1.3: discarded");
    }
  }
  CHECK(gate.forwarded() == 0);
  CHECK(gate.replies() == 0);
  CHECK(gate.footprint() == 0);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "the parts of a reply leave in their order, whatever is decided first") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  CHECK(answer(1, 1, "a", false) == "ask 2: part of echo: a");
  CHECK(answer(1, 1, "b", false) == "ask 3: part of echo: b");
  CHECK(answer(1, 1, "c") == "ask 4: final of echo: c");
  CHECK(decide_reply(4, forward_on{}) == "");
  CHECK(decide_reply(3, discard{"b is secret"}) == "");
  CHECK(decide_reply(2, forward_on{}) == "part c1.1: a, discarded: b is secret, final c1.1: c");
}

TEST_CASE_FIXTURE(gate_fixture, "a reply can be held as well, and the parts behind it wait") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  answer(1, 1, "a", false);
  answer(1, 1, "b");
  CHECK(decide_reply(2, hold{}) == "");
  CHECK(decide_reply(3, forward_on{}) == "");
  CHECK(decide_reply(2, forward_on{}) == "part c1.1: a, final c1.1: b");
}

TEST_CASE("where the router does not look at replies they pass at once") {
  auto config = small(1);
  config.sees_replies = false;
  gate_fixture f(config);
  f.router(1);
  f.submit(1, 1);
  f.decide(1, forward_on{});
  CHECK(f.answer(1, 1, "a", false) == "part c1.1: a");
  CHECK(f.answer(1, 1, "b") == "final c1.1: b");
  CHECK(f.answer(1, 1, "c") == "");
  CHECK(f.gate.forwarded() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "what the service says of a request it will not answer passes") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  gate.refused(id_of(1, 1), refusal::queue_full, now);
  CHECK(told() == "refuse c1.1: queue_full");
  gate.refused(id_of(1, 1), refusal::queue_full, now);
  CHECK(told() == "");
}

TEST_CASE_FIXTURE(gate_fixture,
                  "a worker that is not there is a mistake, after which the router decides anew") {
  router(1);
  submit(1, 1);
  CHECK(decide(1, give_to_worker{frame("w")}) == "give c1.1 to w of echo: ask 1.1");
  auto back = job_of(1, 1);
  back.attempts = 1;
  gate.returned(back, now);
  CHECK(told() == "ask 2: ask 1.1 for echo (worker_gone)");
  CHECK(decide(2, give_to_worker{frame("v"), "other"}) == "give c1.1 to v of other: ask 1.1");
  gate.returned(back, now);
  CHECK(told() == "ask 3: ask 1.1 for echo (worker_gone)");
  CHECK(decide(3, forward_on{}) == "forward c1.1 to echo: ask 1.1");
  CHECK(gate.counters().mistakes == 2);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "a router that goes on sending a request nowhere is not asked for ever") {
  router(1);
  submit(1, 1);
  for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
    decide(ticket, give_to_worker{frame("w")});
    gate.returned(job_of(1, 1), now);
    CHECK(told() == (ticket < 3
                       ? "ask " + std::to_string(ticket + 1) + ": ask 1.1 for echo (worker_gone)"
                       : std::string("refuse c1.1: worker_gone")));
  }
  CHECK(gate.undecided() == 0);
  CHECK(gate.footprint() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "names that are no service of a worker are mistakes as well") {
  router(1);
  submit(1, 1);
  CHECK(decide(1, forward_to{"mmi.service"}) == "ask 2: ask 1.1 for echo (bad_service)");
  CHECK(decide(2, forward_to{""}) == "ask 3: ask 1.1 for echo (bad_service)");
  CHECK(decide(3, give_to_worker{frame("w"), "a b"}) == "refuse c1.1: router_failed");
  submit(1, 2);
  CHECK(decide(4, give_to_worker{frame()}) == "ask 5: ask 1.2 for echo (worker_gone)");
}

TEST_CASE("no more questions than its window are with a router, and clients take turns") {
  gate_fixture f(small(2));
  f.router(1);
  CHECK(f.submit(1, 1) == "ask 1: ask 1.1 for echo");
  CHECK(f.submit(1, 2) == "ask 2: ask 1.2 for echo");
  for (std::uint64_t i = 3; i <= 5; ++i)
    CHECK(f.submit(1, i) == "");
  CHECK(f.submit(2, 1) == "");
  CHECK(f.decide(2, discard{"x"}) ==
        "discarded: x, refuse c1.2: discarded, ask 3: ask 2.1 for echo");
  CHECK(f.decide(1, discard{"x"}) ==
        "discarded: x, refuse c1.1: discarded, ask 4: ask 1.3 for echo");
}

TEST_CASE("requests and memory that wait for a router are bounded, each with its reason") {
  auto config = small(1, 2);
  gate_fixture f(config);
  CHECK(f.submit(1, 1) == "");
  CHECK(f.submit(1, 2) == "");
  CHECK(f.submit(1, 3) == "refuse c1.3: router_full");
  config.max_requests = 100;
  config.max_bytes = job_of(1, 1).footprint() + 10;
  gate_fixture g(config);
  CHECK(g.submit(1, 1) == "");
  CHECK(g.submit(1, 2) == "refuse c1.2: router_memory_full");
  g.router(1);
  CHECK(g.decide(1, forward_on{}) == "forward c1.1 to echo: ask 1.1");
  CHECK(g.submit(1, 3) == "ask 2: ask 1.3 for echo");
  CHECK(g.answer(1, 1, "x", false) == "cancel c1.1 at echo, refuse c1.1: router_memory_full");
}

TEST_CASE("what waits for a router counts in the broker's budget until it is with a service") {
  const auto budget = std::make_shared<broker_budget>(budget_config{1, 1U << 20U});
  gate_fixture f({}, budget);
  f.submit(1, 1);
  CHECK(budget->requests() == 1);
  CHECK(f.submit(1, 2) == "refuse c1.2: broker_full");
  f.router(1);
  f.decide(1, forward_on{});
  CHECK(budget->requests() == 0);
  f.answer(1, 1, "x");
  CHECK(budget->bytes() > 0);
  f.decide_reply(2, forward_on{});
  CHECK(budget->bytes() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "a request whose client goes is forgotten wherever it is") {
  CHECK(submit(1, 1) == "");
  CHECK(cancel(1, 1) == "");
  router(1);
  submit(1, 2);
  CHECK(cancel(1, 2) == "never mind 1");
  submit(1, 3);
  decide(2, hold{});
  CHECK(cancel(1, 3) == "never mind 2");
  submit(1, 4);
  decide(3, forward_to{"other"});
  CHECK(answer(1, 4, "x", false) == "ask 4: part of other: x");
  CHECK(cancel(1, 4) == "cancel c1.4 at other, never mind 4");
  CHECK(decide_reply(4, forward_on{}) == "");
  CHECK(answer(1, 4, "y") == "");
  CHECK(!gate.cancel(id_of(1, 4), now));
  CHECK(gate.undecided() + gate.forwarded() + gate.replies() + gate.footprint() == 0);
}

TEST_CASE_FIXTURE(gate_fixture, "a request expires while it waits, is asked about, or is held") {
  router(1);
  submit(1, 1, at(5s));
  decide(1, hold{});
  submit(1, 2, at(5s));
  CHECK(gate.next_deadline() <= at(1s));
  now = at(4s);
  CHECK(tick() == "");
  now = at(6s);
  CHECK(tick() == "refuse c1.1: expired, never mind 1, refuse c1.2: expired, never mind 2");
  CHECK(gate.next_deadline() == never);
  CHECK(submit(1, 3, at(6s)) == "refuse c1.3: expired");
  router_lost(1);
  submit(1, 4, at(7s));
  now = at(8s);
  CHECK(tick() == "refuse c1.4: expired");
}

TEST_CASE_FIXTURE(gate_fixture, "a reply does not wait for ever either") {
  router(1);
  submit(1, 1, at(1s));
  decide(1, forward_on{});
  answer(1, 1, "x");
  now = at(29s);
  CHECK(tick() == "");
  now = at(31s);
  CHECK(tick() == "refuse c1.1: expired, never mind 2");
}

TEST_CASE_FIXTURE(gate_fixture, "a gate that stops refuses requests, but lets replies pass") {
  router(1);
  submit(1, 1);
  decide(1, forward_on{});
  submit(1, 2);
  gate.stop(now);
  CHECK(told() == "refuse c1.2: stopping, never mind 2");
  CHECK(submit(1, 3) == "refuse c1.3: stopping");
  CHECK(answer(1, 1, "x") == "ask 3: final of echo: x");
  CHECK(gate.replies() == 1);
  gate.close(now);
  CHECK(told() == "refuse c1.1: stopping, never mind 3");
}
