#pragma once

#include "mdp/engine/worker_engine.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <string>

/// A worker engine in each of its states, and what it says, in few words.
namespace mdp::testing::worker_side {

using namespace mdp::engine;
using engine_t = worker_engine;
using state = worker_engine::state;

inline constexpr auto v0_1 = wire::protocol_version::v0_1;
inline constexpr auto v0_2 = wire::protocol_version::v0_2;
inline constexpr std::uint64_t conversation = 7;

inline worker_engine_config config(std::uint32_t capacity = 1,
                                   wire::protocol_version version = v0_2) {
  return {"echo", version, capacity, true, {1000ms, 4}, 10, 10'000};
}

inline request_number number(std::uint64_t sequence) {
  return {conversation, sequence};
}

inline wire::worker_request request(std::string_view address, std::string_view text) {
  return {frame(address), body({text})};
}

inline engine_t::send partial_to(std::string_view address, std::string_view text) {
  return {wire::worker_partial{frame(address), body({text})}};
}

inline engine_t::send final_to(std::string_view address, std::string_view text) {
  return {wire::worker_final{frame(address), body({text})}};
}

inline const engine_t::send heartbeat{wire::heartbeat{}};
inline const engine_t::send disconnect{wire::disconnect{}};

inline engine_t::ended over(conversation_end reason, duration lasted = 0s) {
  return {reason, lasted};
}

/// An engine that said READY at 0s.
inline engine_t open(const worker_engine_config& how = config()) {
  engine_t engine(how, conversation);
  engine.start(at(0s));
  actions_of(engine);
  return engine;
}

/// The same with requests 1..count in hand, from clients "c1".., taken at 0s.
inline engine_t holding(int count, const worker_engine_config& how = config()) {
  auto engine = open(how);
  for (int i = 1; i <= count; ++i)
    engine.handle(request("c" + std::to_string(i), "work"), at(0s));
  REQUIRE(actions_of(engine).size() == static_cast<std::size_t>(count));
  return engine;
}

/// The same, asked to drain.
inline engine_t draining(int count, const worker_engine_config& how = config()) {
  auto engine = holding(count, how);
  engine.drain(at(0s));
  REQUIRE(engine.current_state() == state::draining);
  REQUIRE(engine.actions().empty());
  return engine;
}

/// Nothing can bring an ended conversation back or make it speak.
inline void check_is_over(engine_t& engine) {
  CHECK(engine.current_state() == state::ended);
  CHECK(engine.next_deadline() == never);
  CHECK(engine.in_flight() == 0);
  engine.handle(request("c", "x"), at(1h));
  engine.handle(wire::heartbeat{}, at(1h));
  engine.handle(wire::disconnect{}, at(1h));
  engine.handle_invalid(at(1h));
  CHECK(engine.counters().late_messages == 4);
  engine.tick(at(2h));
  engine.drain(at(2h));
  engine.abandon(at(2h));
  CHECK(engine.partial(number(1), body({"x"}), at(2h)) == reply_status::conversation_over);
  CHECK(engine.finish(number(1), body({"x"}), at(2h)) == reply_status::conversation_over);
  CHECK(engine.counters().refused_replies == 2);
  CHECK(engine.actions().empty());
}

} // namespace mdp::testing::worker_side
