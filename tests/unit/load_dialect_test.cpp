#include "mdp/load/dialect.hpp"
#include "mdp/load/settings.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

// The load writes its frames out by hand; here they meet the codec.

using namespace mdp;
using namespace mdp::load;

namespace {

message to_codec(const frames& from) {
  message to;
  for (const auto& part : from)
    to.append(frame(part.to_string_view()));
  return to;
}

frames from_codec(const message& from) {
  frames to;
  for (const auto& part : from)
    to.push_back(text_frame(part.text()));
  return to;
}

struct version_pair {
  protocol load;
  wire::protocol_version wire;
};

constexpr version_pair versions[] = {{protocol::v0_1, wire::protocol_version::v0_1},
                                     {protocol::v0_2, wire::protocol_version::v0_2}};

job asked(const dialect& spoken, frames& message) {
  job made;
  REQUIRE(spoken.read_at_worker(message, made) == worker_news::request);
  return made;
}

} // namespace

TEST_CASE(
  "a worker of the load understands the codec's requests, and answers what it understands") {
  for (const auto& version : versions) {
    const dialect spoken(version.load);
    auto request = from_codec(wire::encode(
      wire::to_worker{wire::worker_request{frame("address"), {frame("a"), frame("b")}}},
      version.wire));
    auto what = asked(spoken, request);
    frames out;
    spoken.answer_to(what, out);
    const auto answer = wire::decode_at_broker(to_codec(out), {});
    REQUIRE(answer);
  }
}

TEST_CASE("a client of the load takes the codec's answers, parts and ends, and nothing else") {
  for (const auto& version : versions) {
    const dialect spoken(version.load);
    const auto end = spoken.read_answer(from_codec(wire::encode(
      wire::to_client{wire::client_final{{}, "echo", {frame("body")}}}, version.wire)));
    REQUIRE(end);
    CHECK(end->is_final);
    CHECK(end->body == 3);
    CHECK_FALSE(spoken.read_answer({}));
    frames request;
    spoken.request("echo", text_frame("x"), request);
    if (version.load == protocol::v0_2)
      CHECK_FALSE(spoken.read_answer(request));
    request.pop_back();
    CHECK_FALSE(spoken.read_answer(request));
  }
  const dialect second(protocol::v0_2);
  const auto part = second.read_answer(
    from_codec(wire::encode(wire::to_client{wire::client_partial{{}, "echo", {frame("body")}}},
                            wire::protocol_version::v0_2)));
  REQUIRE(part);
  CHECK_FALSE(part->is_final);
}

TEST_CASE("what is not for a worker is nonsense, in whatever version") {
  for (const auto spoken : {protocol::v0_1, protocol::v0_2, protocol::proxy}) {
    const dialect each(spoken);
    for (const auto& texts : std::initializer_list<std::initializer_list<const char*>>{
           {""}, {"", "MDPW01"}, {"MDPW02"}, {"MDPW02", "\x02", "a", ""}, {"x", "y"}}) {
      frames message;
      for (const auto* text : texts)
        message.push_back(text_frame(text));
      job into;
      CHECK(each.read_at_worker(message, into) == worker_news::nonsense);
    }
  }
}

TEST_CASE("parts go ahead of the end, each with the address and the body") {
  const dialect spoken(protocol::v0_2);
  auto request = from_codec(
    wire::encode(wire::to_worker{wire::worker_request{frame("address"), {frame("body")}}},
                 wire::protocol_version::v0_2));
  auto what = asked(spoken, request);
  what.parts_left = 1;
  frames out;
  spoken.answer_to(what, out);
  REQUIRE(out.size() == 5);
  CHECK(out[1].to_string_view() == "\x03");
  CHECK(out[4].to_string_view() == "body");
  what.parts_left = 0;
  spoken.answer_to(what, out);
  REQUIRE(out.size() == 5);
  CHECK(out[1].to_string_view() == "\x04");
  CHECK(out[2].to_string_view() == "address");
  CHECK(out[4].to_string_view() == "body");
}

TEST_CASE("through a proxy the echo comes back in its envelope, as an answer") {
  const dialect spoken(protocol::proxy);
  frames request;
  spoken.request("echo", text_frame("body"), request);
  request.insert(request.begin(), text_frame("client")); // as the proxy's ROUTER does
  auto what = asked(spoken, request);
  frames out;
  spoken.answer_to(what, out);
  REQUIRE(out.size() == 5);
  CHECK(out[0].to_string_view() == "client");
  out.erase(out.begin()); // as it does on the way back
  const auto answer = spoken.read_answer(out);
  REQUIRE(answer);
  CHECK(answer->is_final);
  CHECK(out[answer->body].to_string_view() == "body");
  spoken.ready("echo", 1, out);
  CHECK(out.empty());
}

TEST_CASE("settings that cannot be are refused, each in a sentence") {
  settings good;
  good.endpoint = "tcp://127.0.0.1:5555";
  good.service = "echo";
  CHECK(validate(good).empty());
  const auto refuses = [&](auto change, const std::string& because) {
    auto bad = good;
    change(bad);
    const auto findings = validate(bad);
    CAPTURE(because);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().find(because) != std::string::npos);
  };
  refuses([](settings& set) { set.endpoint = "nowhere"; }, "nowhere: ");
  refuses([](settings& set) { set.clients = 0; }, "at least 1");
  refuses([](settings& set) { set.clients = 1'000'000; }, "clients can be 5000 at most");
  refuses([](settings& set) { set.service = "two words"; }, "without spaces");
  refuses([](settings& set) { set.services = 4, set.workers = 3; }, "each service needs a worker");
  refuses([](settings& set) { set.spoken = protocol::v0_1, set.parts = 1; }, "knows no parts");
  refuses([](settings& set) { set.workers = 0, set.parts = 1; }, "there are none");
  refuses([](settings& set) { set.spoken = protocol::proxy; }, "a proxy needs");
  refuses([](settings& set) { set.rate = 1, set.requests = 1; }, "a rate goes with a time");
  refuses([](settings& set) { set.length = duration(0); }, "more than nothing");
  refuses([](settings& set) { set.process = 4'000'000'000U; }, "there is no process");
}
