#include "actors/routing_fixture.hpp"
#include "mdp/actors/routing/actor_router.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <stdexcept>

// What routers decide, from the client's request to the client's reply, with all of the broker between.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

TEST_CASE("a function is a router: the request goes elsewhere, and the client never learns that") {
  routing_setup setup;
  setup.routers = {{"tenants", [](const routed_request& request) -> request_verdict {
                      CHECK(request.client == "client 1");
                      return forward_to{request.service + ".blue"};
                    }}};
  routing_fixture f(std::move(setup));
  const auto blue = f.broker.connect_worker(worker, "shop.blue");
  const auto plain = f.broker.connect_worker(other_worker, "shop");
  f.ask("shop", "x");
  CHECK(f.given(other_worker) == "");
  REQUIRE(f.given(worker) == "x");
  f.answer_part(blue, "a");
  f.answer(blue, "b");
  CHECK(f.told() == "+shop: a, shop: b");
  CHECK(f.counters->outcomes.value(engine::route_outcome::renamed) == 1);
  CHECK(f.counters->asked.value() == 1); // about the request only
}

TEST_CASE("a router answers, discards, rewrites requests and replies") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request& request) -> request_verdict {
    const auto text = request.body[0].text();
    if (text == "ping")
      return reply_with{message{frame("pong")}};
    if (text == "bad")
      return discard{"bad manners"};
    return {forward_on{}, message{frame("<" + std::string(text) + ">")}};
  };
  std::vector<std::string> replies;
  script->on_reply = [&](const routed_reply& reply) -> reply_verdict {
    replies.push_back(reply.service + " by " + std::string(reply.worker.text()) + " of " +
                      reply.answered_by);
    if (reply.body[0].text() == "secret")
      return discard{"secret"};
    return {forward_on{}, message{frame(std::string(reply.body[0].text()) + "!")}};
  };
  routing_setup setup;
  setup.routers = {router_of(script)};
  routing_fixture f(std::move(setup), true);
  const auto works = f.broker.connect_worker(worker, "echo");
  f.ask("echo", "ping");
  CHECK(f.told() == "echo: pong");
  f.ask("echo", "bad");
  CHECK(f.told() == "echo: mdp-status 403 request discarded");
  f.ask("echo", "x");
  REQUIRE(f.given(worker) == "<x>");
  f.answer(works, "y");
  CHECK(f.told() == "echo: y!");
  f.ask("echo", "z");
  REQUIRE(f.given(worker) == "<z>");
  f.answer(works, "secret");
  CHECK(f.told() == "echo: mdp-status 403 request discarded");
  CHECK(f.counters->discarded.value("bad manners") == 1);
  CHECK(f.counters->discarded.value("secret") == 1);
  CHECK(replies == std::vector<std::string>(2, "echo by worker 2 of echo"));
  CHECK(f.broker.counters->refused.value(engine::refusal::discarded) == 2);
}

TEST_CASE("S8 a request goes to the worker that the router chose, and to no other") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request&) {
    return request_verdict(give_to_worker{frame("worker 3")});
  };
  routing_fixture f(script);
  f.broker.connect_worker(worker, "echo");
  const auto chosen = f.broker.connect_worker(other_worker, "echo");
  for (const auto* text : {"a", "b"}) {
    f.ask("echo", text);
    CHECK(f.given(worker) == "");
  }
  REQUIRE(f.given(other_worker) == "a"); // the other one waits
  f.answer(chosen, "A");
  CHECK(f.told() == "echo: A");
  CHECK(f.given(other_worker) == "b");
}

TEST_CASE("S8 an unknown worker is the router's error, which it hears of and may mend") {
  std::vector<std::pair<route_problem, attempt_number>> problems;
  const auto script = std::make_shared<router_script>();
  script->on_request = [&](const routed_request& request) -> request_verdict {
    problems.emplace_back(request.problem, request.attempts);
    if (problems.size() < 3)
      return give_to_worker{frame(problems.size() == 1 ? "nobody" : "worker 2")};
    return forward_on{};
  };
  routing_fixture f(script);
  f.ask("nowhere", "lost"); // there is not even a queue
  CHECK(problems.size() == 3);
  problems.clear();
  const auto first = f.broker.connect_worker(worker, "echo");
  f.ask("echo", "x");
  REQUIRE(f.given(worker) == "x");
  f.broker.system.send(first, peer_lost{}); // and gone it is
  const auto second = f.broker.connect_worker(other_worker, "echo");
  REQUIRE(f.given(other_worker) == "x");
  f.answer(second, "y");
  CHECK(f.told() == "echo: y");
  REQUIRE(problems.size() == 3);
  CHECK(problems[0] == std::pair(route_problem::none, attempt_number{0}));
  CHECK(problems[1] == std::pair(route_problem::worker_gone, attempt_number{0}));
  CHECK(problems[2] == std::pair(route_problem::worker_gone, attempt_number{1}));
  CHECK(f.broker.counters->accepted.value() == 2); // each once
}

TEST_CASE("a router that sends a request nowhere again and again is not asked for ever") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request&) {
    return request_verdict(give_to_worker{frame("nobody")});
  };
  routing_setup setup;
  setup.routers = {router_of(script)};
  routing_fixture f(std::move(setup), true);
  f.ask("echo", "x");
  CHECK(f.told() == "echo: mdp-status 404 no such worker");
  CHECK(f.counters->mistakes.value() == engine::routing_defaults::mistakes);
}

TEST_CASE(
  "what a router holds it decides later, from wherever it likes, unless the client has gone") {
  std::vector<route_ticket> held;
  const auto script = std::make_shared<router_script>();
  script->on_request = [&](const routed_request& request) -> request_verdict {
    held.push_back(request.ticket);
    return hold{};
  };
  routing_fixture f(script);
  const auto works = f.broker.connect_worker(worker, "echo");
  f.ask("echo", "a");
  f.ask("echo", "b");
  REQUIRE(held.size() == 2);
  CHECK(f.counters->held.value() == 2);
  script->desk->decide(held[1], {forward_on{}, message{frame("B")}});
  f.broker.system.run();
  REQUIRE(f.given(worker) == "B");
  f.answer(works, "done");
  CHECK(f.told() == "echo: done");
  script->events.clear();
  f.broker.system.send(f.asks, peer_lost{});
  CHECK(script->events == std::vector{"withdrawn " + std::to_string(held[0].value)});
  CHECK(f.counters->undecided.value() == 0);
  script->desk->decide(held[0], forward_on{});
  f.broker.system.run();
  CHECK(f.given(worker) == "");
  CHECK(f.counters->late_verdicts.value() == 1);
}

TEST_CASE("a request that is held expires like any other") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request&) { return request_verdict(hold{}); };
  routing_setup setup;
  setup.routers = {router_of(script)};
  routing_fixture f(std::move(setup), true);
  f.ask("echo", "x");
  f.broker.system.advance(62s, 500ms);
  CHECK(f.told() == "echo: mdp-status 408 request expired");
}

TEST_CASE("a router that throws is made anew, and its successor decides what it had not") {
  int bombs = 1;
  const auto script = std::make_shared<router_script>();
  script->on_request = [&](const routed_request&) -> request_verdict {
    if (bombs-- > 0)
      throw std::runtime_error("a bug");
    return forward_on{};
  };
  routing_fixture f(script);
  const auto works = f.broker.connect_worker(worker, "echo", wire::protocol_version::v0_2, 10);
  f.ask("echo", "a");
  f.ask("echo", "b"); // nobody is there to decide
  CHECK(f.given(worker) == "");
  f.broker.system.advance(1s);
  CHECK(script->made == 2);
  auto given = f.broker.told_worker(worker);
  REQUIRE(given.size() == 2);
  CHECK(std::get<wire::worker_request>(given[0]).body == message{frame("a")});
  CHECK(f.counters->asked_again.value() == 1);
}

TEST_CASE("a request that no router survives is refused, and its neighbours are served") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request& request) -> request_verdict {
    if (request.body[0].text() == "bomb")
      throw std::runtime_error("a bug");
    return forward_on{};
  };
  routing_setup setup;
  setup.routers = {router_of(script)};
  routing_fixture f(std::move(setup), true);
  f.broker.connect_worker(worker, "echo", wire::protocol_version::v0_2, 10);
  f.ask("echo", "bomb");
  f.ask("echo", "x");
  f.broker.system.advance(20s, 100ms);
  CHECK(f.told() == "echo: mdp-status 500 router failed");
  std::size_t requests = 0;
  for (const auto& each : f.broker.told_worker(worker))
    requests += std::holds_alternative<wire::worker_request>(each) ? 1 : 0;
  CHECK(requests == 1);
}

TEST_CASE(
  "S9 a router hears of workers and services that come, leave and are lost, and its successor "
  "of those that are there") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request&) -> request_verdict {
    throw std::runtime_error("a bug");
  };
  routing_fixture f(script);
  const auto one = f.broker.connect_worker(worker, "echo");
  const auto other = f.broker.connect_worker(other_worker, "echo");
  CHECK(std::exchange(script->events, {}) == std::vector<std::string>{"appeared echo",
                                                                      "joined [worker 2] of echo",
                                                                      "joined [worker 3] of echo"});
  f.broker.say(one, wire::disconnect{});
  CHECK(std::exchange(script->events, {}) == std::vector<std::string>{"left [worker 2] of echo"});
  f.ask("echo", "bomb");
  f.broker.system.advance(150ms);
  CHECK(std::exchange(script->events, {}) ==
        std::vector<std::string>{"appeared echo", "joined [worker 3] of echo"});
  script->on_request = nullptr;
  f.broker.system.advance(5s);
  script->events.clear();
  f.broker.system.send(other, peer_lost{});
  CHECK(script->events ==
        std::vector<std::string>{"lost [worker 3] of echo: unreachable", "emptied echo"});
}

TEST_CASE(
  "routers stand one behind the other, requests pass the first one first and replies last") {
  std::vector<std::string> seen;
  const auto note = [&](const std::string& name) {
    auto script = std::make_shared<router_script>();
    script->on_request = [&seen, name](const routed_request& request) -> request_verdict {
      seen.push_back(name + " asked for " + request.service);
      return forward_to{request.service + "." + name};
    };
    script->on_reply = [&seen, name](const routed_reply& reply) -> reply_verdict {
      seen.push_back(name + " answered for " + reply.service);
      return forward_on{};
    };
    return router_of(script, name);
  };
  routing_setup setup;
  setup.routers = {note("a"), note("b")};
  routing_fixture f(std::move(setup));
  const auto works = f.broker.connect_worker(worker, "x.a.b");
  f.ask("x", "?");
  REQUIRE(f.given(worker) == "?");
  f.answer(works, "!");
  CHECK(f.told() == "x: !");
  CHECK(seen == std::vector<std::string>{"a asked for x", "b asked for x.a", "b answered for x.a",
                                         "a answered for x"});
}

TEST_CASE("a router that is for some services only never hears of others, and none of mmi.") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request&) { return request_verdict(hold{}); };
  routing_setup setup;
  setup.routers = {router_of(script)};
  setup.routers[0].services = {"pay.*", "exact"};
  routing_fixture f(std::move(setup));
  const auto works = f.broker.connect_worker(worker, "echo");
  for (const auto* service : {"pay.in", "exact"})
    f.ask(service, "x");
  f.ask("echo", "y");
  REQUIRE(f.given(worker) == "y");
  f.answer(works, "z");
  CHECK(f.told() == "echo: z");
  CHECK(f.counters->held.value() == 2);
  routing_fixture all(script);
  all.ask("mmi.service", "echo");
  all.broker.system.advance(100ms, 10ms);
  CHECK(all.told() == "mmi.service: 404");
}

TEST_CASE("a reply that is too large for the gate ends its request, and no other of that client") {
  routing_setup setup;
  setup.routers = {router_of(std::make_shared<router_script>())};
  setup.routers[0].bounds.max_bytes = 4'000;
  routing_fixture f(std::move(setup), true);
  const auto works = f.broker.connect_worker(worker, "echo", wire::protocol_version::v0_2, 2);
  f.ask("echo", "a");
  f.ask("echo", "b");
  const auto given = f.broker.told_worker(worker);
  REQUIRE(given.size() == 2);
  const auto& first = std::get<wire::worker_request>(given[0]);
  f.broker.say(works, wire::worker_partial{first.address, {frame(std::string(5'000, 'x'))}});
  CHECK(f.told() == "echo: mdp-status 503 router overloaded");
  f.broker.say(works, final_for(std::get<wire::worker_request>(given[1]), "B"));
  CHECK(f.told() == "echo: B");
  CHECK(f.broker.counters->cancelled.value() == 1);
}

TEST_CASE("at the end those whose requests wait for a verdict are told") {
  const auto script = std::make_shared<router_script>();
  script->on_request = [](const routed_request&) { return request_verdict(hold{}); };
  routing_setup setup;
  setup.routers = {router_of(script)};
  routing_fixture f(std::move(setup), true);
  f.ask("echo", "x");
  f.broker.stop();
  CHECK(f.told() == "echo: mdp-status 503 broker is stopping");
  CHECK(f.counters->undecided.value() == 0);
}

namespace {

/// A router that is an actor of its own: it says nothing until the second question.
class slow_router_state {
public:
  using handle = router_actor;
  static constexpr const char* name = "slow_router";
  static constexpr run_on where = run_on::scheduler;

  explicit slow_router_state(handle::pointer self) : self_(self) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self_); },
      [this](router_accepted& news) { gate_ = std::move(news.gate); },
      [this](const route_request& question) {
        waiting_.push_back(question.what.ticket);
        if (waiting_.size() == 2)
          for (const auto ticket : {waiting_[1], waiting_[0]})
            tell(self_, gate_, request_decided{ticket, forward_on{}});
      },
      [this](const route_reply& question) {
        tell(self_, gate_, reply_decided{question.what.ticket, forward_on{}});
      },
      [](const route_withdrawn&) {},
      [](const routing_event&) {},
    };
  }

private:
  handle::pointer self_;
  verdict_taker_actor gate_;
  std::vector<route_ticket> waiting_;
};

} // namespace

TEST_CASE("any actor that speaks the interface is a router, and may decide in any order") {
  routing_setup setup;
  setup.routers = {{"slow", actor_router([](caf::local_actor& parent) {
                      return spawn_state<slow_router_state>(parent);
                    })}};
  routing_fixture f(std::move(setup));
  const auto works = f.broker.connect_worker(worker, "echo");
  f.ask("echo", "a");
  CHECK(f.given(worker) == "");
  f.ask("echo", "b");
  REQUIRE(f.given(worker) == "b");
  f.answer(works, "B");
  CHECK(f.told() == "echo: B");
  CHECK(f.given(worker) == "a");
}
