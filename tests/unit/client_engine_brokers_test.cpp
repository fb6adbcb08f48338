#include "unit/client_engine_fixture.hpp"

#include <algorithm>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

client_engine_config brokers(std::size_t count) {
  client_engine_config config;
  config.brokers = count;
  config.pauses.jitter = 0;
  return config;
}

std::vector<std::size_t> opened_at(engine_t& engine) {
  std::vector<std::size_t> result;
  for (const auto& line : take<engine_t::open>(engine))
    result.push_back(line.broker);
  return result;
}

} // namespace

TEST_CASE("a broker that is silent for a whole time-out is left, and the next one asked") {
  engine_t engine(brokers(3));
  ask(engine, 1, 0s);
  CHECK(opened_at(engine) == std::vector<std::size_t>{0});
  engine.tick(at(5s));
  CHECK(engine.current_broker() == 1);
  CHECK(engine.counters().fail_overs == 1);
  CHECK(opened_at(engine) == std::vector<std::size_t>{1});
  ask(engine, 2, 5s);
  for (const auto broker : opened_at(engine))
    CHECK(broker == 1);
  engine.tick(at(10s));
  CHECK(engine.current_broker() == 2);
}

TEST_CASE("what waits for a broker that failed goes with the others to the next") {
  auto config = brokers(2);
  config.max_lanes = 1;
  engine_t engine(config);
  ask(engine, 1, 0s, terms(1));
  ask(engine, 2, 3s);
  actions_of(engine);
  engine.tick(at(5s));
  CHECK(opened_at(engine).front() == 1);
}

TEST_CASE(
  "while the first broker is not current it is asked whether it is back, and is taken then") {
  engine_t engine(brokers(2));
  ask(engine, 1, 0s);
  engine.tick(at(5s));
  actions_of(engine);
  CHECK(engine.next_deadline() == at(6s));
  engine.tick(at(6s));
  const auto looks = actions_of(engine);
  REQUIRE(looks.size() == 2);
  const auto line = std::get<engine_t::open>(looks[0]);
  CHECK(line.broker == 0);
  CHECK(looks[1] == engine_t::action{engine_t::send{line.line, version_question()}});
  engine.tick(at(7s)); // asked once: the question waits in the socket until somebody is there
  CHECK(opened_at(engine).empty());
  engine.handle(line.line, version_answer("501", ""), at(8s));
  CHECK(engine.current_broker() == 0);
  CHECK(engine.counters().returns == 1);
  actions_of(engine);
  ask(engine, 2, 8s);
  CHECK(opened_at(engine).back() == 0);
}

TEST_CASE("a connection that ends takes its attempts along; they are asked again after a pause") {
  auto engine = with_shared_line(brokers(1));
  ask(engine, 1, 1s);
  ask(engine, 2, 1s);
  actions_of(engine);
  engine.line_lost(shared_line, at(2s));
  check_actions(engine, engine_t::close{shared_line});
  CHECK(engine.counters().lost_lines == 1);
  const auto again = engine.next_deadline();
  CHECK(again == at(2s + defaults::reconnect_min));
  engine.tick(again);
  const auto sent = take<engine_t::send>(engine);
  REQUIRE(sent.size() == 2); // what are you?, and one of the requests
  CHECK(sent[0].command == version_question());
  CHECK(sent[1].command == question("question"));
  engine.handle(sent[0].line, ours(), again);
  CHECK(take<engine_t::send>(engine).size() == 1);
}

TEST_CASE("a connection that ends sends its requests to the next broker at once") {
  engine_t engine(brokers(2));
  ask(engine, 1, 0s);
  actions_of(engine);
  engine.line_lost({1}, at(1s));
  CHECK(engine.current_broker() == 1);
  CHECK(opened_at(engine) == std::vector<std::size_t>{1});
}

TEST_CASE("a request whose last attempt was on a connection that ended says so") {
  engine_t engine(brokers(1));
  ask(engine, 1, 0s, terms(1));
  actions_of(engine);
  engine.line_lost({1}, at(1s));
  check_actions(engine, engine_t::close{{1}}, engine_t::failed{{1}, request_failure::broker_lost});
}

TEST_CASE("a stream whose connection ended begins again, or has failed") {
  for (const bool restart : {true, false}) {
    engine_t engine(brokers(1));
    ask(engine, 1, 0s, terms(3, restart));
    engine.handle({1}, piece("x"), at(0s));
    actions_of(engine);
    engine.line_lost({1}, at(1s));
    if (restart)
      check_actions(engine, engine_t::close{{1}}, engine_t::restarted{{1}});
    else
      check_actions(engine, engine_t::close{{1}},
                    engine_t::failed{{1}, request_failure::stream_broken});
  }
}

TEST_CASE("the pause before a broker is connected to again doubles, and one loss is one") {
  broker_choice choice(1, {100ms, 400ms, 0, 30s}, 1);
  CHECK(choice.not_before(0) <= at(0s));
  choice.lost(0, {}, at(0s));
  choice.lost(0, {}, at(50ms)); // its other sockets
  CHECK(choice.not_before(0) == at(100ms));
  choice.lost(0, {}, at(1s));
  CHECK(choice.not_before(0) == at(1200ms));
  choice.lost(0, 1min, at(100s)); // it had gone well
  CHECK(choice.not_before(0) == at(100100ms));
}

TEST_CASE("brokers are current one after the other, and the first as soon as it answers") {
  broker_choice choice(3, {}, 1);
  CHECK(choice.current() == 0);
  CHECK(choice.after(0) == 1);
  CHECK_FALSE(choice.failed(1)); // nobody relied on it
  CHECK(choice.failed(0));
  CHECK(choice.current() == 1);
  CHECK(choice.after(0) == 1);
  CHECK(choice.after(1) == 2);
  CHECK(choice.failed(1));
  CHECK_FALSE(choice.answered(1));
  CHECK(choice.answered(0));
  CHECK_FALSE(choice.answered(0));
  CHECK(choice.current() == 0);
  broker_choice only_one(1, {}, 1);
  CHECK_FALSE(only_one.failed(0));
  CHECK(only_one.after(0) == 0);
}

TEST_CASE("a loss that is reported for a line that is closed is none") {
  engine_t engine(brokers(1));
  engine.line_lost({7}, at(0s));
  CHECK(engine.actions().empty());
  CHECK(engine.counters().lost_lines == 0);
}

TEST_CASE(
  "a request that its broker does not let in fails for that reason, until a handshake succeeds") {
  engine_t engine(brokers(1));
  ask(engine, 1, 0s, terms(2));
  auto line = take<engine_t::open>(engine).at(0).line;
  engine.line_lost(line, at(0s), request_failure::refused);
  engine.tick(at(1s));
  line = take<engine_t::open>(engine).at(0).line;
  SUBCASE("at its last attempt") {
    engine.line_lost(line, at(1s), request_failure::no_handshake);
    check_actions(engine, engine_t::close{line},
                  engine_t::failed{{1}, request_failure::no_handshake});
  }
  SUBCASE("though the last attempt was not answered at all") {
    engine.tick(at(6s));
    check_actions(engine, engine_t::close{line}, engine_t::failed{{1}, request_failure::refused});
  }
  SUBCASE("and then for what happens") {
    engine.line_ready(line);
    engine.tick(at(6s));
    check_actions(engine, engine_t::close{line}, engine_t::failed{{1}, request_failure::timed_out});
    engine.line_ready({99}); // that was closed meanwhile
  }
}
