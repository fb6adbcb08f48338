#include "mdp/engine/client_engine.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using engine_t = client_engine;
using state = client_engine::state;

namespace {

constexpr auto v0_1 = wire::protocol_version::v0_1;
constexpr auto v0_2 = wire::protocol_version::v0_2;

client_engine_config config(std::uint32_t attempts = 3, bool restart_streams = true) {
  return {v0_2, 5s, attempts, restart_streams};
}

engine_t::send asks(std::string_view text = "question") {
  return {{{}, "echo", body({text})}};
}

wire::client_partial piece(std::string_view text, std::string service = "echo") {
  return {{}, std::move(service), body({text})};
}

wire::client_final answer(std::string_view text, std::string service = "echo") {
  return {{}, std::move(service), body({text})};
}

/// An engine that has asked at 0s, its first actions taken.
engine_t waiting(const client_engine_config& how = config(), time_point deadline = never) {
  engine_t engine(how);
  engine.start({"echo", body({"question"}), deadline}, at(0s));
  REQUIRE(actions_of(engine) == actions<engine_t>(asks()));
  return engine;
}

/// The same after one partial, heard at 1s.
engine_t streaming(const client_engine_config& how = config(), time_point deadline = never) {
  auto engine = waiting(how, deadline);
  engine.handle(piece("one"), at(1s));
  REQUIRE(actions_of(engine) == actions<engine_t>(engine_t::partial{body({"one"})}));
  REQUIRE(engine.current_state() == state::streaming);
  return engine;
}

auto failure(request_failure reason) {
  return actions<engine_t>(engine_t::reconnect{}, engine_t::failed{reason});
}

/// Nothing came of it but a count.
void check_dropped(engine_t& engine, wire::to_client reply) {
  const auto before = engine.counters().unexpected_replies;
  const auto state_before = engine.current_state();
  const auto deadline_before = engine.next_deadline();
  engine.handle(std::move(reply), at(2s));
  CHECK(engine.actions().empty());
  CHECK(engine.counters().unexpected_replies == before + 1);
  CHECK(engine.current_state() == state_before);
  CHECK(engine.next_deadline() == deadline_before);
}

} // namespace

TEST_CASE("7-7 a request is sent as it was given, in both versions") {
  for (const auto version : {v0_1, v0_2}) {
    engine_t engine({version, 5s, 3, true});
    CHECK(engine.is_idle());
    CHECK(engine.next_deadline() == never);
    engine.start({"echo", body({"a", "", "c"}), never}, at(0s));
    CHECK(actions_of(engine) ==
          actions<engine_t>(engine_t::send{{{}, "echo", body({"a", "", "c"})}}));
    CHECK(engine.current_state() == state::waiting);
    CHECK(engine.attempt() == 1);
    CHECK(engine.next_deadline() == at(5s));
  }
}

TEST_CASE("T11 a request without a frame is sent with one empty frame") {
  engine_t engine(config());
  engine.start({"echo", {}, never}, at(0s));
  CHECK(actions_of(engine) == actions<engine_t>(asks("")));
}

TEST_CASE("7-8 a reply of the service ends the request, in both versions") {
  for (const auto version : {v0_1, v0_2}) {
    auto engine = waiting({version, 5s, 3, true});
    // 0.1 always has the delimiter; it is no address.
    engine.handle(wire::client_final{{{}, version == v0_1}, "echo", body({"x", "y"})}, at(1s));
    CHECK(actions_of(engine) == actions<engine_t>(engine_t::finished{body({"x", "y"})}));
    CHECK(engine.is_idle());
    CHECK(engine.attempt() == 0);
    CHECK(engine.next_deadline() == never);
  }
}

TEST_CASE("18-5 any number of partials is delivered in order before the final") {
  for (const int count : {0, 1, 2, 100}) {
    auto engine = waiting();
    std::vector<engine_t::action> expected;
    for (int i = 0; i < count; ++i) {
      engine.handle(piece(std::to_string(i)), at(1s));
      expected.emplace_back(engine_t::partial{body({std::to_string(i)})});
    }
    engine.handle(answer("end"), at(1s));
    expected.emplace_back(engine_t::finished{body({"end"})});
    CHECK(actions_of(engine) == expected);
    CHECK(engine.is_idle());
  }
}

TEST_CASE("one lane asks one request after the other") {
  auto engine = waiting();
  engine.handle(answer("first"), at(1s));
  actions_of(engine);
  engine.start({"other", body({"q"}), never}, at(100s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::send{{{}, "other", body({"q"})}}));
  CHECK(engine.next_deadline() == at(105s));
  CHECK(engine.attempt() == 1);
  check_dropped(engine, answer("late", "echo"));
}

TEST_CASE("a second request beside the first is a bug of ours") {
  CHECK(aborts([] { waiting().start({"echo", body({"q"}), never}, at(1s)); }));
  CHECK(aborts([] { streaming().start({"echo", body({"q"}), never}, at(1s)); }));
}

TEST_CASE("a configuration that cannot work is a bug of ours") {
  CHECK(aborts([] { engine_t({v0_2, 0s, 3, true}); }));
  CHECK(aborts([] { engine_t({v0_2, 5s, 0, true}); }));
}

TEST_CASE("a reply while idle is dropped and counted") {
  engine_t engine(config());
  check_dropped(engine, answer("?"));
  check_dropped(engine, piece("?"));
  check_dropped(engine, answer("?", "")); // an idle engine remembers no name either
  engine.handle_invalid();
  CHECK(engine.counters().invalid_messages == 1);
  CHECK(engine.is_idle());
}

TEST_CASE("a reply of another service is dropped and counted") {
  for (auto engine : {waiting(), streaming()}) {
    check_dropped(engine, answer("x", "other"));
    check_dropped(engine, piece("x", "other"));
    check_dropped(engine, answer("x", "ech"));
    check_dropped(engine, answer("x", ""));
  }
}

TEST_CASE("T19 a reply with a return address that a lane never sends is dropped and counted") {
  for (auto engine : {waiting(), streaming()}) {
    check_dropped(engine, wire::client_final{{{frame("id")}, true}, "echo", body({"x"})});
    check_dropped(engine, wire::client_partial{{{frame("id")}, true}, "echo", body({"x"})});
  }
}

TEST_CASE("T2 a partial does not exist in 0.1") {
  auto engine = waiting({v0_1, 5s, 3, true});
  check_dropped(engine, piece("x"));
}

TEST_CASE("7-31 a message that is not MDP is dropped and counted, the request goes on") {
  for (auto engine : {waiting(), streaming()}) {
    const auto deadline = engine.next_deadline();
    engine.handle_invalid();
    CHECK(engine.actions().empty());
    CHECK(engine.counters().invalid_messages == 1);
    CHECK(engine.next_deadline() == deadline);
    engine.handle(answer("x"), at(2s));
    CHECK(actions_of(engine) == actions<engine_t>(engine_t::finished{body({"x"})}));
  }
}

TEST_CASE("7-10 an attempt without an answer is made again on a new socket") {
  auto engine = waiting();
  engine.tick(at(5s - 1ns));
  CHECK(engine.actions().empty());
  engine.tick(at(5s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::reconnect{}, asks()));
  CHECK(engine.attempt() == 2);
  CHECK(engine.next_deadline() == at(10s));
  CHECK(engine.counters().retries == 1);
  engine.handle(answer("x"), at(6s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::finished{body({"x"})}));
}

TEST_CASE("7-10 a client gives up when its attempts are used up, and leaves a clean socket") {
  for (const std::uint32_t attempts : {1U, 2U, 3U}) {
    auto engine = waiting(config(attempts));
    for (std::uint32_t made = 1; made < attempts; ++made) {
      engine.tick(engine.next_deadline());
      CHECK(actions_of(engine) == actions<engine_t>(engine_t::reconnect{}, asks()));
    }
    CHECK(engine.attempt() == attempts);
    engine.tick(engine.next_deadline());
    CHECK(actions_of(engine) == failure(request_failure::timed_out));
    CHECK(engine.is_idle());
    CHECK(engine.next_deadline() == never);
    CHECK(engine.counters().retries == attempts - 1);
  }
}

TEST_CASE("a tick that comes late gives a whole new attempt from then on") {
  auto engine = waiting();
  engine.tick(at(1h));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::reconnect{}, asks()));
  CHECK(engine.next_deadline() == at(1h + 5s));
}

TEST_CASE("T10 an answer that comes in before the tick is taken, however late") {
  auto engine = waiting(config(), at(7s));
  engine.handle(answer("x"), at(1h));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::finished{body({"x"})}));
  engine.tick(at(1h));
  CHECK(engine.actions().empty());
}

TEST_CASE("each partial gives the attempt its whole time anew") {
  auto engine = streaming();
  CHECK(engine.next_deadline() == at(6s));
  engine.tick(at(5s));
  CHECK(engine.actions().empty());
  engine.handle(piece("two"), at(5s));
  CHECK(engine.next_deadline() == at(10s));
  engine.handle(piece("an older stamp"), at(4s));
  CHECK(engine.next_deadline() == at(10s));
}

TEST_CASE("a stream that broke off is asked for again and the owner told to forget the pieces") {
  auto engine = streaming();
  engine.tick(at(6s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(engine_t::restarted{}, engine_t::reconnect{}, asks()));
  CHECK(engine.current_state() == state::waiting);
  // Nothing came of the second attempt, so there is nothing to forget before the third.
  engine.tick(at(11s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::reconnect{}, asks()));
  engine.handle(piece("one"), at(12s));
  engine.handle(answer("end"), at(12s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(engine_t::partial{body({"one"})}, engine_t::finished{body({"end"})}));
}

TEST_CASE("a stream that may not restart fails instead, on the last attempt too") {
  for (const std::uint32_t attempts : {1U, 3U}) {
    auto engine = streaming(config(attempts, false));
    engine.tick(at(6s));
    CHECK(actions_of(engine) == failure(request_failure::stream_broken));
    CHECK(engine.is_idle());
  }
}

TEST_CASE("without restarts an attempt that brought nothing at all is still made again") {
  auto engine = waiting(config(3, false));
  engine.tick(at(5s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::reconnect{}, asks()));
}

TEST_CASE("a stream that broke off on the last attempt has timed out") {
  auto engine = streaming(config(1));
  engine.tick(at(6s));
  CHECK(actions_of(engine) == failure(request_failure::timed_out));
}

TEST_CASE("the request's own deadline ends it, whatever is left to try") {
  for (auto engine : {waiting(config(), at(3s)), streaming(config(), at(3s))}) {
    CHECK(engine.next_deadline() == at(3s));
    engine.tick(at(3s - 1ns));
    CHECK(engine.actions().empty());
    engine.tick(at(3s));
    CHECK(actions_of(engine) == failure(request_failure::deadline_passed));
    CHECK(engine.is_idle());
  }
}

TEST_CASE("a deadline bounds a stream that never ends") {
  auto engine = waiting(config(), at(60s));
  auto now = 0s;
  while (!engine.is_idle()) {
    now += 1s;
    engine.handle(piece("more"), at(now));
    engine.tick(at(now));
    REQUIRE(now <= 60s);
  }
  CHECK(now == 60s);
}

TEST_CASE("a deadline at the very end of an attempt wins over the next attempt") {
  auto engine = waiting(config(), at(5s));
  engine.tick(at(5s));
  CHECK(actions_of(engine) == failure(request_failure::deadline_passed));
}

TEST_CASE("a request whose deadline has passed is not sent at all") {
  engine_t engine(config());
  engine.start({"echo", body({"q"}), at(0s)}, at(0s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(engine_t::failed{request_failure::deadline_passed}));
  CHECK(engine.is_idle());
}

TEST_CASE("cancelling leaves a clean socket; while idle it does nothing") {
  for (auto engine : {waiting(), streaming()}) {
    engine.cancel();
    CHECK(actions_of(engine) == failure(request_failure::cancelled));
    CHECK(engine.is_idle());
    engine.cancel();
    engine.tick(at(1h));
    CHECK(engine.actions().empty());
  }
}

TEST_CASE("the enumerators of a failure have names") {
  CHECK(to_string(request_failure::timed_out) == "timed_out");
  CHECK(to_string(request_failure::cancelled) == "cancelled");
}
