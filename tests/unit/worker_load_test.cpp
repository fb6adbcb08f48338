#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "support/multipart.hpp"
#include "support/worker_engine_fixture.hpp"
#include "unit/worker_link_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

// A worker's word on how loaded it is, from its engine over the wire to the broker's link.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::testing;
using namespace std::string_view_literals;

namespace {

using broker_side::worker_link_fixture;
using worker_side::engine_t;

/// What the broker's decoder says to a 0.2 worker's command with `extra` behind it.
std::string verdict(std::string_view command, std::string_view extra) {
  auto frames =
    command == "READY" ? multipart({"MDPW02", "\x01", "echo"}) : multipart({"MDPW02", "\x05"});
  frames.append(message{frame(extra)});
  const auto read = decode_at_broker(std::move(frames), wire::limits{});
  return read ? "ok" : std::string(wire::to_string(read.error()));
}

wire::worker_ready ready(std::uint32_t load) {
  wire::worker_ready command{"echo"};
  command.load = load;
  return command;
}

engine_t telling(std::uint32_t load) {
  auto how = worker_side::config();
  how.says_load = true;
  engine_t engine(how, worker_side::conversation);
  engine.set_load(load);
  engine.start(at(0s));
  return engine;
}

engine_t::send beat(std::uint32_t load) {
  return {wire::heartbeat{.load = load}};
}

} // namespace

TEST_CASE("READY and a worker's HEARTBEAT may say a load, a broker's HEARTBEAT may ask for it") {
  wire::worker_ready both{"echo", 8, true};
  both.load = 250;
  CHECK(encode(wire::from_worker{both}, wire::protocol_version::v0_1) ==
        multipart({"", "MDPW01", "\x01", "echo", "capacity=8", "load=250"}));
  CHECK(encode(wire::from_worker{ready(0)}, wire::protocol_version::v0_2) ==
        multipart({"MDPW02", "\x01", "echo", "load=0"}));
  CHECK(encode(wire::from_worker{wire::heartbeat{.load = 1000}}, wire::protocol_version::v0_1) ==
        multipart({"", "MDPW01", "\x04", "load=1000"}));
  CHECK(encode(wire::to_worker{wire::heartbeat{.asks_load = true}}, wire::protocol_version::v0_2) ==
        multipart({"MDPW02", "\x05", "load?"}));
}

TEST_CASE("a load is a plain decimal number from 0 to 1000000, and nothing stands behind it") {
  for (const auto* command : {"READY", "HEARTBEAT"}) {
    CAPTURE(command);
    CHECK(verdict(command, "load=0") == "ok");
    CHECK(verdict(command, "load=1000000") == "ok");
    for (const auto extra : {"load="sv, "load=1000001"sv, "load=-1"sv, "load=+1"sv, "load=01"sv,
                             "load=1.5"sv, "load= 1"sv, "load=4294967296"sv, "load=1\0"sv}) {
      CAPTURE(extra);
      CHECK(verdict(command, extra) == "bad_load");
    }
    for (const auto extra : {""sv, "load"sv, "load?"sv, "LOAD=1"sv, "x"sv})
      CHECK(verdict(command, extra) == "surplus_frames");
  }
  const auto read = [](message frames) {
    const auto result = decode_at_broker(std::move(frames), wire::limits{});
    return result ? "ok" : std::string(wire::to_string(result.error()));
  };
  CHECK(read(multipart({"MDPW02", "\x05", "load=1", "load=1"})) == "surplus_frames");
  CHECK(read(multipart({"MDPW02", "\x01", "echo", "load=1", "capacity=2"})) == "surplus_frames");
}

TEST_CASE("a worker takes the question for its load, once, and nothing else behind a HEARTBEAT") {
  const auto read = [](message frames) {
    const auto result =
      decode_at_worker(std::move(frames), wire::protocol_version::v0_2, wire::limits{});
    return result ? "ok" : std::string(wire::to_string(result.error()));
  };
  CHECK(read(multipart({"MDPW02", "\x05", "load?"})) == "ok");
  CHECK(read(multipart({"MDPW02", "\x05", "load?", "load?"})) == "surplus_frames");
  CHECK(read(multipart({"MDPW02", "\x05", "load=1"})) == "surplus_frames");
  CHECK(read(multipart({"MDPW02", "\x06", "load?"})) == "surplus_frames");
}

TEST_CASE_FIXTURE(worker_link_fixture, "a worker that says its load is asked for it in each beat") {
  CHECK(handle(ready(250)) == "offer echo x1 load 250");
  CHECK(tick(at(1s)) == "send heartbeat load?");
  CHECK(handle(wire::heartbeat{.load = 300}, at(1s)) == "load 300");
  CHECK(handle(wire::heartbeat{}, at(1s)) == "");
  CHECK(link.is_ready());
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-31 a load in the HEARTBEAT of a worker that announced none is no MDP") {
  make_ready();
  CHECK(tick(at(1s)) == "send heartbeat");
  CHECK(handle(wire::heartbeat{.load = 300}, at(1s)) == "send disconnect, ended: invalid");
  check_is_over();
}

TEST_CASE("a worker says its load in READY, and then only to a broker that asks for it") {
  auto engine = telling(700);
  wire::worker_ready expected{"echo"};
  expected.load = 700;
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::send{expected}));
  engine.handle(wire::heartbeat{}, at(500ms));
  engine.tick(at(1s));
  CHECK(actions_of(engine) == actions<engine_t>(worker_side::heartbeat));
  engine.handle(wire::heartbeat{.asks_load = true}, at(1500ms));
  CHECK(engine.next_deadline() == at(1500ms));
  engine.set_load(800);
  engine.tick(at(1500ms));
  CHECK(actions_of(engine) == actions<engine_t>(beat(800)));
  engine.set_load(5'000'000); // more than can be said
  engine.tick(at(2500ms));
  CHECK(actions_of(engine) == actions<engine_t>(beat(defaults::max_load)));
}

TEST_CASE("a worker whose answers take the place of heartbeats says its load all the same") {
  auto engine = telling(10);
  engine.handle(wire::heartbeat{.asks_load = true}, at(0s));
  engine.tick(at(0s));
  actions_of(engine);
  for (int i = 1; i <= 4; ++i) {
    engine.handle(worker_side::request("c", "x"), at(i * 250ms));
    engine.finish(worker_side::number(i), body({"y"}), at(i * 250ms));
  }
  actions_of(engine);
  engine.tick(at(1s));
  CHECK(actions_of(engine) == actions<engine_t>(beat(10)));
}

TEST_CASE("a worker that was not told to say its load does not, whoever asks") {
  auto engine = worker_side::open();
  engine.handle(wire::heartbeat{.asks_load = true}, at(500ms));
  engine.tick(at(1s));
  CHECK(actions_of(engine) == actions<engine_t>(worker_side::heartbeat));
}
