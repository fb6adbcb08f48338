#include "mdp/engine/backoff.hpp"
#include "mdp/engine/worker_engine.hpp"
#include "support/worker_engine_fixture.hpp"

#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::worker_side;

TEST_CASE("7-27 who leaves before READY says nothing at all") {
  engine_t drained(config(), conversation);
  drained.drain(at(0s));
  CHECK(actions_of(drained) == actions<engine_t>(over(conversation_end::drained)));
  check_is_over(drained);
  engine_t abandoned(config(), conversation);
  abandoned.abandon(at(0s));
  CHECK(actions_of(abandoned) == actions<engine_t>(over(conversation_end::abandoned)));
}

TEST_CASE("7-32 after the broker's DISCONNECT a worker says not a word") {
  for (auto engine : {open(), holding(1), draining(1)}) {
    const auto held = engine.in_flight();
    engine.handle(wire::disconnect{}, at(0s));
    CHECK(actions_of(engine) == actions<engine_t>(over(conversation_end::disconnected)));
    CHECK(engine.counters().lost_requests == held);
    check_is_over(engine);
  }
}

TEST_CASE("7-31 Z15 a broker that sends what is not MDP is left") {
  for (auto engine : {open(), holding(1), draining(1)}) {
    engine.handle_invalid(at(0s));
    CHECK(actions_of(engine) ==
          actions<engine_t>(disconnect, over(conversation_end::invalid_broker)));
    CHECK(engine.counters().invalid_messages == 1);
    check_is_over(engine);
  }
}

TEST_CASE("7-35 a HEARTBEAT asks for nothing") {
  for (auto engine : {open(), holding(1), draining(1)}) {
    const auto before = engine.current_state();
    engine.handle(wire::heartbeat{}, at(1s));
    CHECK(engine.actions().empty());
    CHECK(engine.current_state() == before);
  }
}

TEST_CASE("7-37 7-38 T1 a worker that was silent for an interval beats, idle, busy or draining") {
  for (auto engine : {open(), holding(1), draining(1)}) {
    CHECK(engine.next_deadline() == at(1s));
    engine.tick(at(1s - 1ns));
    CHECK(engine.actions().empty());
    engine.tick(at(1s));
    CHECK(actions_of(engine) == actions<engine_t>(heartbeat));
    CHECK(engine.next_deadline() == at(2s));
  }
}

TEST_CASE("7-37 18-12 whatever a worker says takes the place of a HEARTBEAT") {
  auto engine = holding(1);
  engine.partial(number(1), body({"a"}), at(600ms));
  CHECK(engine.next_deadline() == at(1600ms));
  engine.finish(number(1), body({"b"}), at(1500ms));
  actions_of(engine);
  engine.tick(at(2500ms - 1ns));
  CHECK(engine.actions().empty());
  engine.tick(at(2500ms));
  CHECK(actions_of(engine) == actions<engine_t>(heartbeat));
}

TEST_CASE("7-37 a partial that 0.1 holds back says nothing, so the HEARTBEAT stays due") {
  auto engine = holding(1, config(1, v0_1));
  engine.partial(number(1), body({"a"}), at(600ms));
  engine.tick(at(1s));
  CHECK(actions_of(engine) == actions<engine_t>(heartbeat));
}

TEST_CASE("7-36 any command of the broker counts as a heartbeat") {
  for (const wire::to_worker& command :
       {wire::to_worker(request("c", "x")), wire::to_worker(wire::heartbeat{})}) {
    auto engine = open();
    engine.handle(command, at(3s));
    actions_of(engine);
    for (auto now = 3s; now < 7s; now += 1s)
      engine.tick(at(now));
    CHECK(engine.current_state() == state::open);
    engine.tick(at(7s));
    CHECK(engine.current_state() == state::ended);
  }
}

TEST_CASE("7-39 7-40 a broker that was silent for the whole patience is lost") {
  for (auto engine : {open(), holding(1), draining(1)}) {
    for (auto now = 1s; now < 4s; now += 1s) {
      engine.tick(at(now));
      CHECK(actions_of(engine) == actions<engine_t>(heartbeat));
    }
    engine.tick(at(4s));
    CHECK(actions_of(engine) == actions<engine_t>(disconnect, over(conversation_end::broker_lost)));
    check_is_over(engine);
  }
}

TEST_CASE("7-39 a worker that talks all the time notices a lost broker no later") {
  auto engine = holding(1);
  for (auto now = 0ms; now < 4s; now += 500ms) {
    engine.partial(number(1), body({"more"}), at(now));
    CHECK(engine.next_deadline() <= at(4s));
  }
  engine.tick(at(4s));
  CHECK(engine.current_state() == state::ended);
}

TEST_CASE("T10 after a sleep of ours the broker has one interval to speak") {
  auto engine = open();
  engine.tick(at(1h));
  CHECK(actions_of(engine) == actions<engine_t>(heartbeat));
  CHECK(engine.next_deadline() == at(1h + 1s));
  engine.handle(wire::heartbeat{}, at(1h + 500ms));
  engine.tick(at(1h + 1s));
  CHECK(engine.current_state() == state::open);

  auto deserted = open();
  deserted.tick(at(1h));
  deserted.tick(at(1h + 1s));
  CHECK(deserted.current_state() == state::ended);
}

TEST_CASE("next_deadline() is always worth waiting for") {
  auto engine = open();
  auto now = at(0s);
  int ticks = 0;
  for (; engine.next_deadline() != never; ++ticks) {
    REQUIRE(engine.next_deadline() > now);
    now = engine.next_deadline();
    engine.tick(now);
    REQUIRE_FALSE(engine.actions().empty());
    actions_of(engine);
  }
  CHECK(ticks == 4);
}

TEST_CASE("T15 only a conversation with a broker that speaks makes the next pause short") {
  backoff pauses({100ms, 5s, 0.0, 10s}, 1);
  pauses.next();
  auto deserted = open({"echo", v0_2, 1, true, {2500ms, 4}});
  while (deserted.next_deadline() != never)
    deserted.tick(deserted.next_deadline()); // 10 s in vain
  const auto in_vain = std::get<engine_t::ended>(actions_of(deserted).back());
  CHECK(in_vain == over(conversation_end::broker_lost, 0s));
  pauses.lasted(in_vain.lasted);
  CHECK(pauses.next() == 200ms);

  auto served = open();
  for (auto now = 1s; now <= 10s; now += 1s)
    served.handle(wire::heartbeat{}, at(now));
  served.handle(wire::disconnect{}, at(60s));
  const auto end = std::get<engine_t::ended>(actions_of(served).back());
  CHECK(end == over(conversation_end::disconnected, 10s));
  pauses.lasted(end.lasted);
  CHECK(pauses.next() == 100ms);
}

TEST_CASE("a drain with nothing in hand is over at once") {
  auto engine = open();
  engine.drain(at(0s));
  CHECK(actions_of(engine) == actions<engine_t>(disconnect, over(conversation_end::drained)));
  check_is_over(engine);
}

TEST_CASE("T15 a drain lets what is held finish and says DISCONNECT as the last word") {
  auto engine = draining(2, config(2));
  engine.partial(number(1), body({"a"}), at(1s));
  engine.finish(number(1), body({"b"}), at(1s));
  CHECK(actions_of(engine) == actions<engine_t>(partial_to("c1", "a"), final_to("c1", "b")));
  CHECK(engine.current_state() == state::draining);
  engine.finish(number(2), body({"c"}), at(1s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(final_to("c2", "c"), disconnect, over(conversation_end::drained)));
  CHECK(engine.counters().lost_requests == 0);
  check_is_over(engine);
}

TEST_CASE("asking to drain again changes nothing") {
  auto engine = draining(1);
  engine.drain(at(1s));
  CHECK(engine.actions().empty());
  CHECK(engine.current_state() == state::draining);
}

TEST_CASE("T13 a request that arrives while draining is left to the broker") {
  auto engine = draining(1, config(3));
  engine.handle(request("late", "x"), at(1s));
  CHECK(engine.actions().empty());
  CHECK(engine.in_flight() == 1);
  CHECK(engine.counters().untaken_requests == 1);
  engine.finish(number(1), body({"a"}), at(1s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(final_to("c1", "a"), disconnect, over(conversation_end::drained, 1s)));
}

TEST_CASE("7-5 what was left to the broker counts against the capacity") {
  auto engine = draining(1, config(2));
  engine.handle(request("late", "x"), at(0s));
  engine.handle(request("too late", "x"), at(0s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(disconnect, over(conversation_end::invalid_broker)));
  CHECK(engine.counters().surplus_requests == 1);
}

TEST_CASE("a drain refuses replies to what is not held, as ever") {
  auto engine = draining(1);
  CHECK(engine.finish(number(9), body({"x"}), at(0s)) == reply_status::unknown_request);
  CHECK(engine.current_state() == state::draining);
}

TEST_CASE("a drain in 0.1 ends by an overrun as well") {
  auto how = config(1, v0_1);
  how.held_partial_frames = 1;
  auto engine = draining(1, how);
  CHECK(engine.partial(number(1), body({"a", "b"}), at(0s)) == reply_status::overrun);
  CHECK(actions_of(engine) == actions<engine_t>(disconnect, over(conversation_end::overrun)));
}

TEST_CASE("7-27 abandoning says DISCONNECT at once, whatever is held") {
  for (auto engine : {open(), holding(1), draining(1)}) {
    const auto held = engine.in_flight();
    engine.abandon(at(0s));
    CHECK(actions_of(engine) == actions<engine_t>(disconnect, over(conversation_end::abandoned)));
    CHECK(engine.counters().lost_requests == held);
    check_is_over(engine);
  }
}

TEST_CASE("the enumerators of an end have names") {
  CHECK(to_string(conversation_end::disconnected) == "disconnected");
  CHECK(to_string(conversation_end::abandoned) == "abandoned");
}
