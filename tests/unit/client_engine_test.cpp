#include "unit/client_engine_fixture.hpp"

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

/// An engine that has asked at 0s on line 1, its first actions taken.
engine_t waiting(const request_terms& how = terms(), time_point deadline = never) {
  engine_t engine({});
  ask(engine, 1, 0s, how, deadline);
  check_actions(engine, engine_t::open{{1}, 0}, engine_t::send{{1}, question("question")});
  return engine;
}

/// The same after one partial, heard at 1s.
engine_t streaming(const request_terms& how = terms(), time_point deadline = never) {
  auto engine = waiting(how, deadline);
  engine.handle({1}, piece("one"), at(1s));
  check_actions(engine, engine_t::partial{{1}, body({"one"})});
  return engine;
}

void check_failed(engine_t& engine, request_failure reason) {
  check_actions(engine, engine_t::close{{1}}, engine_t::failed{{1}, reason});
  CHECK(engine.is_idle());
  CHECK(engine.line_count() == 0);
}

/// Nothing came of it but a count.
void check_dropped(engine_t& engine, wire::to_client reply) {
  const auto before = engine.counters().unexpected_replies;
  const auto deadline_before = engine.next_deadline();
  engine.handle({1}, std::move(reply), at(2s));
  CHECK(engine.actions().empty());
  CHECK(engine.counters().unexpected_replies == before + 1);
  CHECK(engine.next_deadline() == deadline_before);
}

} // namespace

TEST_CASE(
  "7-7 a lone request is sent as it was given, on a line of its own and nothing beside it") {
  for (const auto version : {v0_1, v0_2}) {
    client_engine_config config;
    config.version = version;
    engine_t engine(config);
    CHECK(engine.is_idle());
    CHECK(engine.next_deadline() == never);
    engine.start({7}, {"echo", body({"a", "", "c"}), never}, terms(), at(0s));
    check_actions(engine, engine_t::open{{1}, 0},
                  engine_t::send{{1}, {{}, "echo", body({"a", "", "c"})}});
    CHECK_FALSE(engine.is_idle());
    CHECK(engine.next_deadline() == at(5s));
  }
}

TEST_CASE("T11 a request without a frame is sent with one empty frame") {
  engine_t engine({});
  engine.start({1}, {"echo", {}, never}, terms(), at(0s));
  check_actions(engine, engine_t::open{{1}, 0}, engine_t::send{{1}, question("")});
}

TEST_CASE("7-8 a reply of the service ends the request and its line, in both versions") {
  for (const auto version : {v0_1, v0_2}) {
    client_engine_config config;
    config.version = version;
    engine_t engine(config);
    ask(engine, 1, 0s);
    actions_of(engine);
    // 0.1 always has the delimiter; it is no address.
    engine.handle({1}, wire::client_final{{{}, version == v0_1}, "echo", body({"x", "y"})}, at(1s));
    check_actions(engine, engine_t::close{{1}}, engine_t::finished{{1}, body({"x", "y"})});
    CHECK(engine.is_idle());
    CHECK(engine.next_deadline() == never);
  }
}

TEST_CASE("18-5 any number of partials is delivered in order before the final") {
  for (const int count : {0, 1, 2, 100}) {
    auto engine = waiting();
    std::vector<engine_t::action> expected;
    for (int i = 0; i < count; ++i) {
      engine.handle({1}, piece(std::to_string(i)), at(1s));
      expected.emplace_back(engine_t::partial{{1}, body({std::to_string(i)})});
    }
    engine.handle({1}, answer("end"), at(1s));
    expected.emplace_back(engine_t::close{{1}});
    expected.emplace_back(engine_t::finished{{1}, body({"end"})});
    CHECK(actions_of(engine) == expected);
  }
}

TEST_CASE("each partial gives the attempt its whole time anew") {
  auto engine = streaming();
  CHECK(engine.next_deadline() == at(6s));
  engine.tick(at(5900ms));
  CHECK(engine.actions().empty());
}

TEST_CASE("7-10 when the time is up the request is sent again on a new line") {
  auto engine = waiting();
  engine.tick(at(4999ms));
  CHECK(engine.actions().empty());
  engine.tick(at(5s));
  const auto all = actions_of(engine);
  REQUIRE(all.size() >= 3);
  CHECK(all[0] == engine_t::action{engine_t::close{{1}}});
  CHECK(engine.counters().retries == 1);
  // Not a first question any more: the broker is asked what it is, and the request need not wait.
  std::vector<wire::client_request> sent;
  for (const auto& each : all)
    if (const auto* out = std::get_if<engine_t::send>(&each))
      sent.push_back(out->command);
  CHECK(sent == std::vector{version_question(), question("question")});
}

TEST_CASE("a request that is silent for all its attempts has timed out") {
  auto engine = waiting(terms(2));
  engine.tick(at(5s));
  actions_of(engine);
  engine.tick(at(10s));
  CHECK(take<engine_t::failed>(engine) ==
        std::vector<engine_t::failed>{{{1}, request_failure::timed_out}});
  auto only_once = waiting(terms(1));
  only_once.tick(at(5s));
  check_failed(only_once, request_failure::timed_out);
}

TEST_CASE("a stream that breaks off begins again, and its owner is told to forget the pieces") {
  auto engine = streaming();
  engine.tick(at(6s));
  const auto all = actions_of(engine);
  REQUIRE(all.size() >= 2);
  CHECK(all[0] == engine_t::action{engine_t::close{{1}}});
  CHECK(all[1] == engine_t::action{engine_t::restarted{{1}}});
}

TEST_CASE("a stream that breaks off and must not begin again has failed") {
  auto engine = streaming(terms(3, false));
  engine.tick(at(6s));
  check_failed(engine, request_failure::stream_broken);
}

TEST_CASE("a stream that breaks off at the last attempt has timed out") {
  auto engine = streaming(terms(1));
  engine.tick(at(6s));
  check_failed(engine, request_failure::timed_out);
}

TEST_CASE("the deadline of a request comes before its attempts") {
  auto engine = waiting(terms(), at(3s));
  CHECK(engine.next_deadline() == at(3s));
  engine.tick(at(3s));
  check_failed(engine, request_failure::deadline_passed);
  auto stream = streaming(terms(), at(3s));
  stream.tick(at(3s));
  check_failed(stream, request_failure::deadline_passed);
}

TEST_CASE("a request that is past its deadline is not sent at all") {
  engine_t engine({});
  ask(engine, 1, 3s, terms(), at(3s));
  check_actions(engine, engine_t::failed{{1}, request_failure::deadline_passed});
  CHECK(engine.is_idle());
}

TEST_CASE("a request that is cancelled closes its line first; twice is as good as once") {
  for (auto engine : {waiting(), streaming()}) {
    engine.cancel({1}, at(2s));
    check_failed(engine, request_failure::cancelled);
    engine.cancel({1}, at(2s));
    CHECK(engine.actions().empty());
  }
}

TEST_CASE("all requests are cancelled in order, those that wait as well") {
  engine_t engine({});
  for (std::uint64_t id = 1; id <= 3; ++id)
    ask(engine, id, 0s);
  actions_of(engine);
  engine.cancel_all();
  CHECK(take<engine_t::failed>(engine) ==
        std::vector<engine_t::failed>{{{1}, request_failure::cancelled},
                                      {{2}, request_failure::cancelled},
                                      {{3}, request_failure::cancelled}});
  CHECK(engine.line_count() == 0);
  CHECK(engine.next_deadline() == never);
}

TEST_CASE("7-31 T2 T19 replies that cannot be meant are dropped and counted") {
  for (auto engine : {waiting(), streaming()}) {
    check_dropped(engine, answer("x", "other"));
    check_dropped(engine, piece("x", "other"));
    check_dropped(engine, numbered(1, answer("x")));
  }
}

TEST_CASE("T2 a PARTIAL does not exist in 0.1") {
  client_engine_config config;
  config.version = v0_1;
  engine_t engine(config);
  ask(engine, 1, 0s);
  actions_of(engine);
  check_dropped(engine, piece("x"));
}

TEST_CASE("T6 what comes on a line that was closed is counted and nothing else") {
  auto engine = waiting();
  engine.handle({1}, answer("x"), at(1s));
  actions_of(engine);
  check_dropped(engine, answer("x"));
}

TEST_CASE("7-31 what is not MDP is dropped, and the timer decides") {
  auto engine = waiting(terms(1));
  engine.handle_invalid();
  CHECK(engine.actions().empty());
  CHECK(engine.counters().invalid_messages == 1);
  engine.tick(at(5s));
  check_failed(engine, request_failure::timed_out);
}

TEST_CASE("T10 a clock that has leapt finds the answer before the time-out if that is read first") {
  auto engine = waiting();
  engine.handle({1}, answer("late but there"), at(1h));
  check_actions(engine, engine_t::close{{1}}, engine_t::finished{{1}, body({"late but there"})});
}

TEST_CASE("a time-out as long as one likes never comes") {
  engine_t engine({});
  ask(engine, 1, 0s, {duration::max(), 1, true, false});
  actions_of(engine);
  CHECK(engine.next_deadline() == never);
}

TEST_CASE("a request whose reader has enough does not time out, and does so when it goes on") {
  auto engine = waiting({5s, 1, false, true});
  engine.handle({1}, piece("one"), at(1s));
  actions_of(engine);
  CHECK(engine.hold({1}) == line_id{1});
  CHECK(engine.next_deadline() == never);
  engine.handle({1}, piece("was on its way"), at(1s));
  CHECK(engine.next_deadline() == never);
  actions_of(engine);
  engine.tick(at(1h));
  CHECK(engine.actions().empty());
  engine.go_on({1}, at(1h));
  CHECK(engine.next_deadline() == at(1h + 5s));
  engine.tick(at(1h + 5s));
  check_failed(engine, request_failure::stream_broken);
  CHECK(engine.hold({1}) == std::nullopt);
}
