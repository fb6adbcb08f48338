#include "mdp/wire/decode.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;
using namespace std::literals;

namespace {

constexpr auto v1 = protocol_version::v0_1;
constexpr auto v2 = protocol_version::v0_2;

/// What a broker says to a 0.2 READY with one more frame behind the service.
std::string verdict_on_capacity(std::string_view extra) {
  return verdict_at_broker(multipart({"MDPW02", "\x01", "echo", extra}));
}

} // namespace

TEST_CASE("7-14 READY is exactly an empty frame, MDPW01, 01 and the service") {
  const auto ready = worker_heard<worker_ready>(multipart({"", "MDPW01", "\x01", "echo"}), v1);
  CHECK(ready == worker_ready{"echo", 1, false});
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x01"})) == "missing_service");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x01", "echo", "x"})) == "surplus_frames");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x01", "echo", ""})) == "surplus_frames");
  CHECK(verdict_at_broker(multipart({"MDPW01", "\x01", "echo"})) == "missing_delimiter");
}

TEST_CASE("18-1 18-7 READY is exactly MDPW02, 01 and the service") {
  const auto ready = worker_heard<worker_ready>(multipart({"MDPW02", "\x01", "echo"}), v2);
  CHECK(ready == worker_ready{"echo", 1, false});
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01"})) == "missing_service");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", "echo", "x"})) == "surplus_frames");
  CHECK(verdict_at_broker(multipart({"", "MDPW02", "\x01", "echo"})) == "unexpected_delimiter");
}

TEST_CASE("T11 a worker cannot offer a service without a proper name") {
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x01", ""})) == "empty_service_name");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", ""})) == "empty_service_name");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", "a b"})) == "bad_service_name");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", std::string(256, 'x')})) ==
        "service_name_too_long");
}

TEST_CASE("READY may announce a capacity in both versions, even 1") {
  CHECK(worker_heard<worker_ready>(multipart({"", "MDPW01", "\x01", "echo", "capacity=8"}), v1) ==
        worker_ready{"echo", 8, true});
  CHECK(worker_heard<worker_ready>(multipart({"MDPW02", "\x01", "echo", "capacity=1"}), v2) ==
        worker_ready{"echo", 1, true});
  CHECK(worker_heard<worker_ready>(multipart({"MDPW02", "\x01", "echo", "capacity=65536"}), v2) ==
        worker_ready{"echo", 65536, true});
}

TEST_CASE("a capacity is a plain decimal number from 1 to 65536 and nothing else") {
  for (const auto extra :
       {"capacity="sv, "capacity=0"sv, "capacity=65537"sv, "capacity=-1"sv, "capacity=+1"sv,
        "capacity= 1"sv, "capacity=1 "sv, "capacity=01"sv, "capacity=0x10"sv, "capacity=1e3"sv,
        "capacity=1.0"sv, "capacity=4294967297"sv, "capacity=99999999999999999999"sv,
        "capacity=1\0"sv}) {
    CAPTURE(std::string(extra));
    CHECK(verdict_on_capacity(extra) == "bad_capacity");
  }
  for (const auto extra : {""sv, "capacity"sv, "Capacity=1"sv, " capacity=1"sv, "64"sv}) {
    CAPTURE(std::string(extra));
    CHECK(verdict_on_capacity(extra) == "surplus_frames");
  }
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", "echo", "capacity=1", ""})) ==
        "surplus_frames");
}

TEST_CASE("the largest capacity is the limits' to say") {
  limits bounds;
  bounds.max_capacity = 4;
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", "echo", "capacity=4"}), bounds) == "ok");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x01", "echo", "capacity=5"}), bounds) ==
        "bad_capacity");
}

TEST_CASE("7-16 a 0.1 reply is address, empty frame and body behind 03") {
  const auto reply =
    worker_heard<worker_final>(multipart({"", "MDPW01", "\x03", "\0id"sv, "", "a", "b"}), v1);
  CHECK(reply.address == "\0id"sv);
  CHECK(reply.body == multipart({"a", "b"}));
}

TEST_CASE("18-8 a 0.2 PARTIAL is 03 and a FINAL is 04") {
  CHECK(worker_heard<worker_partial>(multipart({"MDPW02", "\x03", "id", "", "a"}), v2) ==
        worker_partial{frame("id"sv), multipart({"a"})});
  CHECK(worker_heard<worker_final>(multipart({"MDPW02", "\x04", "id", "", "a"}), v2) ==
        worker_final{frame("id"sv), multipart({"a"})});
}

TEST_CASE("7-33 18-11 a reply has precisely one client address") {
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x03"})) == "missing_address");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x03", "", "a"})) == "empty_address");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x03", "one", "two", "", "a"})) ==
        "missing_address_delimiter");
  for (const auto code : {"\x03"sv, "\x04"sv}) {
    CHECK(verdict_at_broker(multipart({"MDPW02", code})) == "missing_address");
    CHECK(verdict_at_broker(multipart({"MDPW02", code, "", "", "a"})) == "empty_address");
    CHECK(verdict_at_broker(multipart({"MDPW02", code, "one", "two", "", "a"})) ==
          "missing_address_delimiter");
  }
}

TEST_CASE("7-34 18-11 the client address is followed by an empty frame") {
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x03", "id"})) == "missing_address_delimiter");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x03", "id", "a"})) ==
        "missing_address_delimiter");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x03", "id", "a"})) == "missing_address_delimiter");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x04", "id", "a"})) == "missing_address_delimiter");
}

TEST_CASE("T11 a reply needs a body frame, which may be empty") {
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x03", "id", ""})) == "missing_body");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x04", "id", ""})) == "missing_body");
  CHECK(worker_heard<worker_final>(multipart({"MDPW02", "\x04", "id", "", ""}), v2).body ==
        multipart({""}));
}

TEST_CASE("a client address has at most 255 bytes") {
  const auto with_address = [](std::size_t size) {
    return multipart({"MDPW02", "\x04", std::string(size, 'i'), "", "a"});
  };
  CHECK(verdict_at_broker(with_address(255)) == "ok");
  CHECK(verdict_at_broker(with_address(256)) == "address_too_long");
}

TEST_CASE("7-17 7-18 P1 HEARTBEAT and DISCONNECT of 0.1 are three frames and no more") {
  worker_heard<heartbeat>(multipart({"", "MDPW01", "\x04"}), v1);
  worker_heard<disconnect>(multipart({"", "MDPW01", "\x05"}), v1);
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x04", ""})) == "surplus_frames");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\x05", "echo"})) == "surplus_frames");
}

TEST_CASE("18-9 P1 HEARTBEAT and DISCONNECT of 0.2 are two frames and no more") {
  worker_heard<heartbeat>(multipart({"MDPW02", "\x05"}), v2);
  worker_heard<disconnect>(multipart({"MDPW02", "\x06"}), v2);
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x05", ""})) == "surplus_frames");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\x06", "echo"})) == "surplus_frames");
}

TEST_CASE("7-19 a worker's command is exactly one byte") {
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "1", "echo"})) == "unknown_command");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "", "echo"})) == "bad_command_size");
  CHECK(verdict_at_broker(multipart({"", "MDPW01", "\1\0\0\0"sv, "echo"})) == "bad_command_size");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\0\0\0\1"sv, "echo"})) == "bad_command_size");
  CHECK(verdict_at_broker(multipart({"MDPW02", "READY", "echo"})) == "bad_command_size");
}

TEST_CASE("T19 a worker's message has no envelope") {
  CHECK(verdict_at_broker(multipart({"id", "", "MDPW01", "\x04"})) == "unexpected_envelope");
  CHECK(verdict_at_broker(multipart({"id", "", "MDPW02", "\x05"})) == "unexpected_envelope");
}
