#include "unit/client_engine_fixture.hpp"

#include <algorithm>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

client_engine_config narrow(std::size_t window, std::size_t lanes = 64) {
  client_engine_config config;
  config.window = window;
  config.max_lanes = lanes;
  return config;
}

/// The numbers of the attempts that are sent on the shared line.
std::vector<std::uint64_t> numbers(engine_t& engine) {
  std::vector<std::uint64_t> result;
  for (const auto& out : take<engine_t::send>(engine)) {
    CHECK(out.line == shared_line);
    result.push_back(read_number(out.command.path).value());
  }
  return result;
}

std::vector<std::uint64_t> finished(engine_t& engine) {
  std::vector<std::uint64_t> result;
  for (const auto& news : take<engine_t::finished>(engine))
    result.push_back(news.request.value);
  return result;
}

} // namespace

TEST_CASE(
  "with the second request the broker is asked what it is; the others wait for the answer") {
  engine_t engine({});
  ask(engine, 1, 0s);
  actions_of(engine);
  ask(engine, 2, 0s);
  check_actions(engine, engine_t::open{{2}, 0}, engine_t::send{{2}, version_question()});
  ask(engine, 3, 0s);
  CHECK(engine.actions().empty());
  CHECK(engine.next_deadline() == at(defaults::client_ask_patience));
  engine.handle({2}, ours(), at(100ms));
  CHECK(numbers(engine) == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("the second of two requests that do not overlap is not held up by the question") {
  engine_t engine({});
  ask(engine, 1, 0s);
  engine.handle({1}, answer("x"), at(1s));
  actions_of(engine);
  ask(engine, 2, 2s);
  check_actions(engine, engine_t::open{{2}, 0}, engine_t::send{{2}, version_question()},
                engine_t::open{{3}, 0}, engine_t::send{{3}, question("question")});
}

TEST_CASE("a broker that does not echo envelopes gets a line for each request") {
  for (const auto& no : {version_answer("501", ""), version_answer("404", ""),
                         version_answer("200", R"({"name":"other","extensions":[]})"),
                         wire::client_final{{}, "mmi.version", body({"501"})}}) {
    engine_t engine({});
    for (std::uint64_t id = 1; id <= 3; ++id)
      ask(engine, id, 0s);
    actions_of(engine);
    engine.handle({2}, no, at(100ms));
    const auto all = actions_of(engine);
    REQUIRE(all.size() == 5); // close, and twice open and send
    CHECK(all[0] == engine_t::action{engine_t::close{{2}}});
    CHECK(all[1] == engine_t::action{engine_t::open{{3}, 0}});
    CHECK(all[2] == engine_t::action{engine_t::send{{3}, question("question")}});
    CHECK(all[3] == engine_t::action{engine_t::open{{4}, 0}});
    ask(engine, 4, 1s);
    check_actions(engine, engine_t::open{{5}, 0}, engine_t::send{{5}, question("question")});
  }
}

TEST_CASE("a broker that does not say what it is delays nobody for longer than its patience") {
  engine_t engine({});
  ask(engine, 1, 0s);
  ask(engine, 2, 0s);
  actions_of(engine);
  engine.tick(at(defaults::client_ask_patience));
  check_actions(engine, engine_t::open{{3}, 0}, engine_t::send{{3}, question("question")});
  ask(engine, 3, 1s);
  CHECK(take<engine_t::open>(engine).size() == 1);
  engine.handle({2}, ours(), at(2s)); // better late than never
  ask(engine, 4, 2s);
  CHECK(take<engine_t::send>(engine).front().line == line_id{2});
}

TEST_CASE("a broker that did not say what it is is asked again after a while, and nobody waits") {
  engine_t engine({});
  ask(engine, 1, 0s);
  ask(engine, 2, 0s);
  engine.tick(at(1s));
  actions_of(engine);
  ask(engine, 3, 2min);
  check_actions(engine, engine_t::close{{2}}, engine_t::open{{4}, 0},
                engine_t::send{{4}, version_question()}, engine_t::open{{5}, 0},
                engine_t::send{{5}, question("question")});
}

TEST_CASE("what answers the question without being the answer is dropped") {
  engine_t engine({});
  ask(engine, 1, 0s);
  ask(engine, 2, 0s);
  actions_of(engine);
  engine.handle({2}, answer("x"), at(0s));
  engine.handle({2}, piece("x", "mmi.version"), at(0s));
  engine.handle({2}, numbered(1, ours()), at(0s));
  CHECK(engine.actions().empty());
  CHECK(engine.counters().unexpected_replies == 3);
}

TEST_CASE("there are no more lanes than are allowed, and the oldest request gets the next") {
  engine_t engine(narrow(8, 2));
  for (std::uint64_t id = 1; id <= 4; ++id)
    ask(engine, id, 0s);
  engine.handle({2}, version_answer("501", ""), at(0s));
  CHECK(engine.line_count() == 2);
  actions_of(engine);
  engine.handle({1}, answer("x"), at(1s));
  CHECK(engine.line_count() == 2);
  engine.handle({3}, answer("x"), at(1s));
  CHECK(finished(engine) == std::vector<std::uint64_t>{1, 2});
  CHECK(engine.line_count() == 2);
}

TEST_CASE("T19 on a shared line replies are told apart by their numbers, in any order") {
  auto engine = with_shared_line();
  for (std::uint64_t id = 1; id <= 3; ++id)
    ask(engine, id, 1s);
  CHECK(numbers(engine) == std::vector<std::uint64_t>{3, 4, 5});
  engine.handle(shared_line, numbered(5, answer("c")), at(1s));
  engine.handle(shared_line, numbered(3, piece("a1")), at(1s));
  engine.handle(shared_line, numbered(4, answer("b")), at(1s));
  engine.handle(shared_line, numbered(3, answer("a2")), at(1s));
  check_actions(engine, engine_t::finished{{3}, body({"c"})}, engine_t::partial{{1}, body({"a1"})},
                engine_t::finished{{2}, body({"b"})}, engine_t::finished{{1}, body({"a2"})});
  CHECK(engine.line_count() == 1);
}

TEST_CASE("on a shared line a second reply, and one with a wrong number or service, is dropped") {
  auto engine = with_shared_line();
  ask(engine, 1, 1s);
  actions_of(engine);
  engine.handle(shared_line, answer("without a number"), at(1s));
  engine.handle(shared_line, numbered(99, answer("never asked")), at(1s));
  engine.handle(shared_line, numbered(2, answer("answered before")), at(1s));
  engine.handle(shared_line, numbered(first_number, answer("x", "other")), at(1s));
  auto two_frames = answer("x");
  two_frames.path = {{frame("a"), frame("b")}, true};
  engine.handle(shared_line, two_frames, at(1s));
  CHECK(engine.actions().empty());
  CHECK(engine.counters().unexpected_replies == 5);
}

TEST_CASE("no more than the window is on a shared line, the oldest request first") {
  auto engine = with_shared_line(narrow(2));
  for (std::uint64_t id = 1; id <= 4; ++id)
    ask(engine, id, 1s);
  CHECK(numbers(engine) == std::vector<std::uint64_t>{3, 4});
  engine.handle(shared_line, numbered(4, answer("x")), at(1s));
  engine.handle(shared_line, numbered(3, answer("x")), at(1s));
  CHECK(finished(engine) == std::vector<std::uint64_t>{2, 1});
  engine.handle(shared_line, numbered(5, answer("x")), at(1s));
  engine.handle(shared_line, numbered(6, answer("x")), at(1s));
  CHECK(finished(engine) == std::vector<std::uint64_t>{3, 4});
}

TEST_CASE("an attempt's time begins when it begins to wait") {
  auto engine = with_shared_line(narrow(1));
  ask(engine, 1, 1s, {1h, 1, true, false});
  ask(engine, 2, 1s, terms(2));
  actions_of(engine);
  engine.tick(at(6s));
  CHECK(engine.actions().empty());
  engine.tick(at(11s));
  check_actions(engine, engine_t::failed{{2}, request_failure::timed_out});
}

TEST_CASE("T6 what is given up keeps its place until its late reply, which reaches nobody") {
  auto engine = with_shared_line(narrow(4));
  for (std::uint64_t id = 1; id <= 5; ++id)
    ask(engine, id, 1s);
  CHECK(numbers(engine).size() == 4);
  engine.cancel({1}, at(2s));
  check_actions(engine, engine_t::failed{{1}, request_failure::cancelled});
  engine.handle(shared_line, numbered(3, piece("late")), at(2s));
  CHECK(engine.actions().empty());
  engine.handle(shared_line, numbered(3, answer("late")), at(2s));
  CHECK(engine.counters().late_replies == 2);
  CHECK(numbers(engine) == std::vector<std::uint64_t>{7}); // there is room for the fifth
  engine.handle(shared_line, numbered(3, answer("later still")), at(2s));
  CHECK(engine.counters().unexpected_replies == 1);
}

TEST_CASE("a shared line that is half full of what was given up retires after its last reply") {
  auto engine = with_shared_line(narrow(4));
  for (std::uint64_t id = 1; id <= 4; ++id)
    ask(engine, id, 1s);
  actions_of(engine);
  for (std::uint64_t id = 1; id <= 3; ++id)
    engine.cancel({id}, at(2s));
  actions_of(engine);
  ask(engine, 5, 3s);
  CHECK(take<engine_t::send>(engine).front().command == version_question());
  engine.handle(shared_line, numbered(6, answer("x")), at(3s));
  check_actions(engine, engine_t::close{shared_line}, engine_t::finished{{4}, body({"x"})});
}

TEST_CASE(
  "an attempt that ran out beside others that were answered is asked again on the same line") {
  auto engine = with_shared_line();
  ask(engine, 1, 1s);
  ask(engine, 2, 2s);
  actions_of(engine);
  engine.handle(shared_line, numbered(4, answer("x")), at(3s));
  actions_of(engine);
  engine.tick(at(6s));
  CHECK(numbers(engine) == std::vector<std::uint64_t>{5});
  engine.handle(shared_line, numbered(3, answer("late")), at(7s));
  CHECK(engine.actions().empty());
  engine.handle(shared_line, numbered(5, answer("in time")), at(7s));
  check_actions(engine, engine_t::finished{{1}, body({"in time"})});
}

TEST_CASE("a shared line on which nothing was heard for a whole time-out is not used again") {
  auto engine = with_shared_line();
  ask(engine, 1, 1s);
  ask(engine, 2, 2s, {1h, 1, true, false});
  actions_of(engine);
  engine.tick(at(6s));
  for (const auto& out : take<engine_t::send>(engine))
    CHECK(out.line != shared_line);
  engine.handle(shared_line, numbered(4, answer("x")), at(8s)); // slow, but there
  check_actions(engine, engine_t::close{shared_line}, engine_t::finished{{2}, body({"x"})});
}

TEST_CASE("a request that wants a line alone gets one, whatever the broker is") {
  auto engine = with_shared_line();
  ask(engine, 1, 1s, {5s, 3, false, true});
  check_actions(engine, engine_t::open{{3}, 0}, engine_t::send{{3}, question("question")});
  ask(engine, 2, 1s);
  actions_of(engine);
  CHECK(engine.hold({2}) == std::nullopt); // others would be held up as well
  CHECK(engine.hold({1}) == line_id{3});
}
