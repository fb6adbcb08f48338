#include "mdp/engine/worker_engine.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/wire/encode.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

// Who asks, for workers that want to know, and the keys that workers announce: our extensions.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;

namespace {

constexpr auto v1 = protocol_version::v0_1;
constexpr auto v2 = protocol_version::v0_2;
const std::string a_key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

worker_request heard_by_worker(message frames, protocol_version version) {
  auto command = decode_at_worker(std::move(frames), version, {});
  REQUIRE(verdict(command) == "ok");
  return std::get<worker_request>(*std::move(command));
}

template <class Action, class Engine>
std::vector<Action> actions_of(Engine& engine) {
  std::vector<Action> found;
  engine.actions().drain([&](auto&& action) {
    if (auto* wanted = std::get_if<Action>(&action))
      found.push_back(std::move(*wanted));
  });
  return found;
}

} // namespace

TEST_CASE("READY may ask who asks and announce a key, behind all else, in both versions") {
  const worker_ready all{"echo", 8, true, 5, true, a_key};
  CHECK(worker_heard<worker_ready>(
          multipart({"MDPW02", "\x01", "echo", "capacity=8", "load=5", "user?", "key=" + a_key}),
          v2) == all);
  for (const auto& ready : {all, worker_ready{"echo", 1, false, std::nullopt, true},
                            worker_ready{"echo", 1, false, std::nullopt, false, a_key}})
    for (const auto version : {v1, v2})
      CHECK(worker_heard<worker_ready>(encode(from_worker{ready}, version), version) == ready);
}

TEST_CASE("7-31 what is no such frame, or in another order, is no READY") {
  for (const auto& extra :
       std::vector<std::vector<std::string>>{{"user"},
                                             {"user?", "user?"},
                                             {"user=alice"},
                                             {"user?", "load=5"},
                                             {"key=" + a_key, "user?"},
                                             {"key="},
                                             {"key=" + a_key + "x"},
                                             {"key=" + a_key.substr(1)},
                                             {"key=" + a_key.substr(1) + " "},
                                             {"key=" + a_key, "key=" + a_key}}) {
    auto frames = multipart({"MDPW02", "\x01", "echo"});
    for (const auto& each : extra)
      frames.append(frame(each));
    CHECK(verdict_at_broker(std::move(frames)) == "surplus_frames");
  }
}

TEST_CASE("REQUEST names the user between address and delimiter, and its body stays as it was") {
  for (const auto version : {v1, v2})
    for (const auto& user :
         {std::optional<frame>(), std::optional(frame("alice")), std::optional(frame())}) {
      const worker_request request{frame("client"), multipart({"", "user=mallory"}), user};
      CHECK(heard_by_worker(encode(to_worker{request}, version), version) == request);
    }
  CHECK(readable(
          encode(to_worker{worker_request{frame("c"), message{frame("x")}, frame("alice")}}, v2)) ==
        readable(multipart({"MDPW02", "\x02", "c", "user=alice", "", "x"})));
  const auto wrong = [](std::string_view between) {
    return verdict(decode_at_worker(multipart({"MDPW02", "\x02", "c", between, "", "x"}), v2, {}));
  };
  CHECK(wrong("alice") == "missing_address_delimiter");
  CHECK(wrong("user=" + std::string(255, 'x')) == "ok");
  CHECK(wrong("user=" + std::string(256, 'x')) == "missing_address_delimiter");
  // A worker says no such thing.
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x04", "c", "user=alice", "", "x"})) ==
        "missing_address_delimiter");
}

TEST_CASE("a worker hears who asks if it has asked for it, and only then") {
  for (const bool asks : {false, true}) {
    engine::worker_link link({}, time_point{});
    link.handle(worker_ready{"echo", 1, false, std::nullopt, asks, asks ? a_key : ""},
                time_point{});
    const auto offers = actions_of<engine::offer_service>(link);
    REQUIRE(offers.size() == 1);
    CHECK(offers[0].key == (asks ? a_key : ""));
    engine::held_job job;
    job.id = job_id{peer_id{7}, 1};
    job.attempt = 1;
    link.assign(job, frame("client"), message{frame("x")}, time_point{}, frame("alice"));
    const auto sent = actions_of<engine::send_to_worker>(link);
    REQUIRE(sent.size() == 1);
    CHECK(std::get<worker_request>(sent[0].command).user ==
          (asks ? std::optional(frame("alice")) : std::nullopt));
  }
}

TEST_CASE("7-31 a broker that names users to a worker that has not asked is invalid") {
  for (const bool asks : {false, true}) {
    engine::worker_engine_config config;
    config.service = "echo";
    config.asks_user = asks;
    config.key = a_key;
    engine::worker_engine worker(config, 1);
    worker.start(time_point{});
    const auto said = actions_of<engine::worker_engine::send>(worker);
    REQUIRE(said.size() == 1);
    CHECK(std::get<worker_ready>(said[0].command).asks_user == asks);
    CHECK(std::get<worker_ready>(said[0].command).key == a_key);
    worker.handle(worker_request{frame("c"), message{frame("x")}, frame("alice")}, time_point{});
    if (asks)
      CHECK(actions_of<engine::worker_engine::work>(worker).at(0).user == frame("alice"));
    else
      CHECK(actions_of<engine::worker_engine::ended>(worker).at(0).reason ==
            engine::conversation_end::invalid_broker);
  }
}
