#pragma once

#include "mdp/engine/client_engine.hpp"
#include "mdp/engine/envelope_number.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What tests of the client's engine share.
namespace mdp::testing {

using engine_t = engine::client_engine;
using engine::request_failure;
using engine::request_terms;

inline constexpr auto v0_1 = wire::protocol_version::v0_1;
inline constexpr auto v0_2 = wire::protocol_version::v0_2;

inline request_terms terms(std::uint32_t attempts = 3, bool restart = true) {
  return {5s, attempts, restart, false};
}

inline wire::client_request question(std::string_view text, std::string service = "echo") {
  return {{}, std::move(service), body({text})};
}

inline wire::client_request version_question() {
  return {{}, "mmi.version", body({""})};
}

inline wire::client_partial piece(std::string_view text, std::string service = "echo") {
  return {{}, std::move(service), body({text})};
}

inline wire::client_final answer(std::string_view text, std::string service = "echo") {
  return {{}, std::move(service), body({text})};
}

inline wire::client_final version_answer(std::string_view code, std::string_view document) {
  return {{}, "mmi.version", body({code, document})};
}

inline wire::client_final ours() {
  return version_answer("200", R"({"name":"mdp","extensions":["capacity","envelope"]})");
}

/// The reply, or a piece of one, to the attempt with this number.
inline wire::to_client numbered(std::uint64_t number, wire::client_final reply) {
  reply.path = engine::numbered_path(number);
  return reply;
}
inline wire::to_client numbered(std::uint64_t number, wire::client_partial reply) {
  reply.path = engine::numbered_path(number);
  return reply;
}

inline void ask(engine_t& engine, std::uint64_t id, duration when, request_terms how = terms(),
                time_point deadline = never) {
  engine.start({id}, {"echo", body({"question"}), deadline}, how, at(when));
}

/// All that the engine wants done is just this.
template <class... Actions>
void check_actions(engine_t& engine, Actions... expected) {
  CHECK(actions_of(engine) == actions<engine_t>(std::move(expected)...));
}

/// Those of one kind among what the engine wants done.
template <class Action>
std::vector<Action> take(engine_t& engine) {
  std::vector<Action> result;
  for (auto& each : actions_of(engine))
    if (auto* wanted = std::get_if<Action>(&each))
      result.push_back(std::move(*wanted));
  return result;
}

/// An engine whose broker is known to be ours: line 1 had the first request, line 2 is shared.
inline engine_t with_shared_line(engine::client_engine_config config = {}) {
  engine_t engine(config);
  ask(engine, 1001, 0s);
  ask(engine, 1002, 0s);
  engine.handle({2}, ours(), at(0s));
  engine.handle({1}, answer("1001"), at(0s));
  engine.handle({2}, numbered(2, answer("1002")), at(0s));
  actions_of(engine);
  REQUIRE(engine.is_idle());
  REQUIRE(engine.line_count() == 1);
  return engine;
}

/// In such an engine: the line, and the number of the first attempt that is sent on it.
inline constexpr line_id shared_line{2};
inline constexpr std::uint64_t first_number = 3;

} // namespace mdp::testing
