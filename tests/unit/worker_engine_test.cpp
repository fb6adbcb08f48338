#include "mdp/engine/worker_engine.hpp"
#include "support/worker_engine_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::worker_side;

TEST_CASE("7-22 a conversation opens with READY and nothing before it") {
  engine_t engine(config(), conversation);
  engine.tick(at(1h));
  CHECK(engine.actions().empty());
  CHECK(engine.next_deadline() == never);
  CHECK(engine.current_state() == state::fresh);
  engine.start(at(0s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(engine_t::send{wire::worker_ready{"echo", 1, false}}));
  CHECK(engine.current_state() == state::open);
}

TEST_CASE("7-14 18-7 READY announces a capacity only when it is more than one and may be said") {
  const auto ready = [](std::uint32_t capacity, bool announce) {
    auto how = config(capacity);
    how.announce_capacity = announce;
    engine_t engine(how, conversation);
    engine.start(at(0s));
    return actions_of(engine);
  };
  const auto says = [](std::uint32_t capacity, bool announced) {
    return actions<engine_t>(engine_t::send{wire::worker_ready{"echo", capacity, announced}});
  };
  CHECK(ready(1, true) == says(1, false));
  CHECK(ready(1, false) == says(1, false));
  CHECK(ready(64, true) == says(64, true));
  CHECK(ready(64, false) == says(1, false));
}

TEST_CASE("7-24 a second READY is a bug of ours") {
  CHECK(aborts([] { open().start(at(1s)); }));
  CHECK(aborts([] { draining(1).start(at(1s)); }));
}

TEST_CASE("a capacity out of range is a bug of ours") {
  CHECK(aborts([] { engine_t(config(0), 1); }));
  CHECK(aborts([] { engine_t(config(defaults::max_worker_capacity + 1), 1); }));
}

TEST_CASE("7-26 a worker takes its registration for granted until told otherwise") {
  auto engine = open();
  engine.handle(request("c", "x"), at(100ms));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::work{number(1), body({"x"})}));
  CHECK(engine.in_flight() == 1);
}

TEST_CASE("7-29 a broker that speaks before our READY is invalid, DISCONNECT excepted") {
  const auto fresh = [] { return engine_t(config(), conversation); };
  auto engine = fresh();
  engine.handle(wire::disconnect{}, at(0s));
  CHECK(actions_of(engine) == actions<engine_t>(over(conversation_end::disconnected)));
  check_is_over(engine);
  for (const wire::to_worker& command :
       {wire::to_worker(request("c", "x")), wire::to_worker(wire::heartbeat{})}) {
    auto other = fresh();
    other.handle(command, at(0s));
    CHECK(actions_of(other) == actions<engine_t>(over(conversation_end::invalid_broker)));
    CHECK(other.counters().invalid_messages == 1);
    check_is_over(other);
  }
  auto third = fresh();
  third.handle_invalid(at(0s));
  CHECK(actions_of(third) == actions<engine_t>(over(conversation_end::invalid_broker)));
}

TEST_CASE("7-33 a reply goes to the address of its request, unchanged, whatever bytes it has") {
  const std::string address("\0\xff\x01 any", 7);
  auto engine = open();
  engine.handle(request(address, "x"), at(0s));
  actions_of(engine);
  CHECK(engine.finish(number(1), body({"y"}), at(0s)) == reply_status::accepted);
  CHECK(actions_of(engine) == actions<engine_t>(final_to(address, "y")));
  CHECK(engine.in_flight() == 0);
}

TEST_CASE("18-10 a request gets any number of partials and exactly one final") {
  auto engine = holding(1);
  engine.partial(number(1), body({"a"}), at(0s));
  engine.partial(number(1), body({"b"}), at(0s));
  engine.finish(number(1), body({"c"}), at(0s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(partial_to("c1", "a"), partial_to("c1", "b"), final_to("c1", "c")));
  CHECK(engine.finish(number(1), body({"d"}), at(0s)) == reply_status::unknown_request);
  CHECK(engine.partial(number(1), body({"d"}), at(0s)) == reply_status::unknown_request);
  CHECK(engine.actions().empty());
  CHECK(engine.counters().refused_replies == 2);
}

TEST_CASE("T11 a reply without a frame is said with one empty frame") {
  auto engine = holding(1);
  engine.partial(number(1), {}, at(0s));
  engine.finish(number(1), {}, at(0s));
  CHECK(actions_of(engine) == actions<engine_t>(partial_to("c1", ""), final_to("c1", "")));
}

TEST_CASE("7-5 a worker takes the next request only when the last one is finished") {
  auto engine = holding(1);
  engine.partial(number(1), body({"a"}), at(0s)); // 18-12: does not free the place
  CHECK(engine.in_flight() == 1);
  engine.finish(number(1), body({"b"}), at(0s));
  actions_of(engine);
  engine.handle(request("c2", "y"), at(1s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::work{number(2), body({"y"})}));
}

TEST_CASE("7-5 a broker that sends more than we take is invalid") {
  for (const int capacity : {1, 3}) {
    auto engine = holding(capacity, config(static_cast<std::uint32_t>(capacity)));
    engine.handle(request("c", "one too many"), at(1s));
    CHECK(actions_of(engine) ==
          actions<engine_t>(disconnect, over(conversation_end::invalid_broker, 1s)));
    CHECK(engine.counters().surplus_requests == 1);
    CHECK(engine.counters().lost_requests == static_cast<std::uint64_t>(capacity));
    check_is_over(engine);
  }
}

TEST_CASE("requests up to the capacity are answered in any order, each at its own address") {
  auto engine = holding(3, config(3));
  engine.finish(number(2), body({"two"}), at(0s));
  engine.handle(request("c4", "work"), at(0s)); // a place is free again
  engine.finish(number(4), body({"four"}), at(0s));
  engine.finish(number(1), body({"one"}), at(0s));
  engine.finish(number(3), body({"three"}), at(0s));
  CHECK(actions_of(engine) ==
        actions<engine_t>(final_to("c2", "two"), engine_t::work{number(4), body({"work"})},
                          final_to("c4", "four"), final_to("c1", "one"), final_to("c3", "three")));
}

TEST_CASE("a broker without tokens may name one client twice") {
  auto engine = open(config(2));
  engine.handle(request("same", "x"), at(0s));
  engine.handle(request("same", "y"), at(0s));
  CHECK(actions_of(engine) == actions<engine_t>(engine_t::work{number(1), body({"x"})},
                                                engine_t::work{number(2), body({"y"})}));
  engine.finish(number(2), body({"Y"}), at(0s));
  engine.finish(number(1), body({"X"}), at(0s));
  CHECK(actions_of(engine) == actions<engine_t>(final_to("same", "Y"), final_to("same", "X")));
}

TEST_CASE("T6 the late result of an earlier conversation answers nobody in this one") {
  auto engine = holding(1);
  CHECK(engine.finish({conversation - 1, 1}, body({"old"}), at(0s)) ==
        reply_status::unknown_request);
  CHECK(engine.partial({conversation - 1, 1}, body({"old"}), at(0s)) ==
        reply_status::unknown_request);
  CHECK(engine.finish(number(2), body({"never asked"}), at(0s)) == reply_status::unknown_request);
  CHECK(engine.actions().empty());
  CHECK(engine.counters().refused_replies == 3);
  CHECK(engine.in_flight() == 1);
}

TEST_CASE("T4 in 0.1 partial bodies are collected in front of the final's, each at its own place") {
  auto engine = holding(2, config(2, v0_1));
  engine.partial(number(1), body({"a", "b"}), at(0s));
  engine.partial(number(2), body({"x"}), at(0s));
  engine.partial(number(1), {}, at(0s));
  CHECK(engine.actions().empty());
  engine.finish(number(1), body({"c"}), at(0s));
  engine.finish(number(2), body({"y", "z"}), at(0s));
  CHECK(
    actions_of(engine) ==
    actions<engine_t>(engine_t::send{wire::worker_final{frame("c1"), body({"a", "b", "", "c"})}},
                      engine_t::send{wire::worker_final{frame("c2"), body({"x", "y", "z"})}}));
}

TEST_CASE("T4 a collected reply may fill its bound of frames and not go over it") {
  for (const bool in_the_final : {false, true}) {
    auto engine = holding(2, config(2, v0_1)); // 10 frames
    for (int i = 0; i < 9; ++i)
      CHECK(engine.partial(number(1), body({"a"}), at(0s)) == reply_status::accepted);
    auto fits = engine;
    CHECK(fits.finish(number(1), body({"10th"}), at(0s)) == reply_status::accepted);
    CHECK(fits.current_state() == state::open);

    const auto too_much = body({"10th", "11th"});
    CHECK((in_the_final ? engine.finish(number(1), too_much, at(0s))
                        : engine.partial(number(1), too_much, at(0s))) == reply_status::overrun);
    CHECK(actions_of(engine) == actions<engine_t>(disconnect, over(conversation_end::overrun)));
    CHECK(engine.counters().overrun_replies == 1);
    CHECK(engine.counters().lost_requests == 2);
    check_is_over(engine);
  }
}

TEST_CASE("T4 a collected reply is bounded by the memory it holds") {
  auto how = config(1, v0_1);
  how.held_partial_bytes = 3 * body({std::string(500, 'x')}).footprint();
  auto engine = holding(1, how);
  for (int i = 0; i < 3; ++i)
    CHECK(engine.partial(number(1), body({std::string(500, 'x')}), at(0s)) ==
          reply_status::accepted);
  CHECK(engine.partial(number(1), body({""}), at(0s)) == reply_status::overrun);
  CHECK(engine.current_state() == state::ended);
}

TEST_CASE("T4 a reply without partials has no other bound than the wire's") {
  auto engine = holding(1, config(1, v0_1));
  message large;
  for (int i = 0; i < 100; ++i)
    large.append(frame(std::string(1000, 'x')));
  CHECK(engine.finish(number(1), large, at(0s)) == reply_status::accepted);
  CHECK(actions_of(engine) ==
        actions<engine_t>(engine_t::send{wire::worker_final{frame("c1"), large}}));
}

TEST_CASE("T4 18-8 in 0.2 nothing is collected, so nothing is over a bound") {
  auto engine = holding(1);
  for (int i = 0; i < 100; ++i)
    CHECK(engine.partial(number(1), body({"a"}), at(0s)) == reply_status::accepted);
  CHECK(engine.finish(number(1), body({"b"}), at(0s)) == reply_status::accepted);
  CHECK(actions_of(engine).size() == 101);
}

TEST_CASE("whatever happens, each request is handed out once, answered once and within capacity") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](std::uint64_t below) { return random() % below; };
    const auto capacity = static_cast<std::uint32_t>(1 + pick(4));
    auto engine = open(config(capacity, pick(2) == 0 ? v0_1 : v0_2));
    std::map<std::uint64_t, std::string> handed_out; // sequence -> address
    std::set<std::string> answered;
    std::uint64_t asked = 0;
    bool has_ended = false;
    auto now = at(0s);
    for (int step = 0; step < 200; ++step) {
      now += std::chrono::milliseconds(pick(400));
      const auto some = number(1 + pick(asked + 1));
      switch (pick(60) == 0 ? 8 + pick(3) : pick(8)) {
      case 0:
      case 1:
      case 2:
        ++asked;
        engine.handle(request("c" + std::to_string(asked), std::to_string(asked)), now);
        break;
      case 3:
        engine.handle(wire::heartbeat{}, now);
        break;
      case 4:
        engine.partial(some, body({"part"}), now);
        break;
      case 5:
      case 6:
        engine.finish(some, body({"end"}), now);
        break;
      case 7:
        engine.tick(now);
        break;
      case 8:
        engine.drain(now);
        break;
      case 9:
        engine.handle_invalid(now);
        break;
      default:
        engine.handle(wire::disconnect{}, now);
      }
      for (auto& action : actions_of(engine)) {
        REQUIRE_FALSE(has_ended); // nothing follows the end
        has_ended = std::holds_alternative<engine_t::ended>(action);
        if (const auto* job = std::get_if<engine_t::work>(&action)) {
          const auto address = "c" + std::string(job->body[0].text());
          REQUIRE(handed_out.emplace(job->number.sequence, address).second);
        }
        if (const auto* out = std::get_if<engine_t::send>(&action))
          if (const auto* reply = std::get_if<wire::worker_final>(&out->command))
            REQUIRE(answered.emplace(reply->address.text()).second);
      }
      REQUIRE(engine.in_flight() <= capacity);
      if (!has_ended)
        REQUIRE(engine.in_flight() == handed_out.size() - answered.size());
      REQUIRE(has_ended == (engine.current_state() == state::ended));
    }
  }
}
