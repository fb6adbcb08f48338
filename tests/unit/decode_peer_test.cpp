#include "mdp/wire/decode.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <string>

// What a broker says, as workers and clients hear it.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;
using namespace std::literals;

namespace {

constexpr auto v1 = protocol_version::v0_1;
constexpr auto v2 = protocol_version::v0_2;

std::string verdict_at_worker(message frames, protocol_version version) {
  return verdict(decode_at_worker(std::move(frames), version, limits{}));
}

std::string verdict_at_client(message frames, protocol_version version, const limits& bounds = {}) {
  return verdict(decode_at_client(std::move(frames), version, bounds));
}

} // namespace

TEST_CASE("7-15 a 0.1 worker's request is address, empty frame and body behind 02") {
  const auto frames = multipart({"", "MDPW01", "\x02", "\0id"sv, "", "a", ""});
  const auto heard = decode_at_worker(frames, v1, limits{});
  REQUIRE(verdict(heard) == "ok");
  CHECK(*heard == to_worker{worker_request{frame("\0id"sv), multipart({"a", ""})}});
}

TEST_CASE("18-8 a 0.2 worker's request is the same behind MDPW02 and 02") {
  const auto frames = multipart({"MDPW02", "\x02", "id", "", "a"});
  const auto heard = decode_at_worker(frames, v2, limits{});
  REQUIRE(verdict(heard) == "ok");
  CHECK(*heard == to_worker{worker_request{frame("id"sv), multipart({"a"})}});
}

TEST_CASE("7-33 7-34 18-11 a worker insists on one address and its empty frame as well") {
  CHECK(verdict_at_worker(multipart({"", "MDPW01", "\x02"}), v1) == "missing_address");
  CHECK(verdict_at_worker(multipart({"", "MDPW01", "\x02", "", "", "a"}), v1) == "empty_address");
  CHECK(verdict_at_worker(multipart({"", "MDPW01", "\x02", "id", "a"}), v1) ==
        "missing_address_delimiter");
  CHECK(verdict_at_worker(multipart({"MDPW02", "\x02", "id", "hop", "", "a"}), v2) ==
        "missing_address_delimiter");
  CHECK(verdict_at_worker(multipart({"MDPW02", "\x02", "id", ""}), v2) == "missing_body");
}

TEST_CASE("18-1 each version's delimiter belongs to it at the worker too") {
  CHECK(verdict_at_worker(multipart({"MDPW01", "\x04"}), v1) == "missing_delimiter");
  CHECK(verdict_at_worker(multipart({"", "MDPW02", "\x05"}), v2) == "unexpected_delimiter");
  CHECK(verdict_at_worker(multipart({"id", "", "MDPW02", "\x05"}), v2) == "unexpected_envelope");
}

TEST_CASE("T2 a worker refuses the other version's header and a client's") {
  CHECK(verdict_at_worker(multipart({"MDPW02", "\x05"}), v1) == "unexpected_header");
  CHECK(verdict_at_worker(multipart({"", "MDPW01", "\x05"}), v2) == "unexpected_header");
  CHECK(verdict_at_worker(multipart({"", "MDPC01", "echo", "a"}), v1) == "unexpected_header");
  CHECK(verdict_at_worker(multipart({"MDPC02", "\x03", "echo", "a"}), v2) == "unexpected_header");
}

TEST_CASE("7-17 7-18 18-9 a worker takes heartbeats and disconnects without anything behind them") {
  CHECK(decode_at_worker(multipart({"", "MDPW01", "\x04"}), v1, limits{}) ==
        to_worker{heartbeat{}});
  CHECK(decode_at_worker(multipart({"MDPW02", "\x06"}), v2, limits{}) == to_worker{disconnect{}});
  CHECK(verdict_at_worker(multipart({"", "MDPW01", "\x05", "x"}), v1) == "surplus_frames");
  CHECK(verdict_at_worker(multipart({"MDPW02", "\x05", "x"}), v2) == "surplus_frames");
}

TEST_CASE("7-8 a 0.1 reply is an empty frame, MDPC01, the service and a body") {
  const auto frames = multipart({"", "MDPC01", "echo", "a", ""});
  const auto heard = decode_at_client(frames, v1, limits{});
  REQUIRE(verdict(heard) == "ok");
  CHECK(*heard == to_client{client_final{{{}, true}, "echo", multipart({"a", ""})}});
  CHECK(verdict_at_client(multipart({"", "MDPC01", "echo"}), v1) == "missing_body");
  CHECK(verdict_at_client(multipart({"MDPC01", "echo", "a"}), v1) == "missing_delimiter");
}

TEST_CASE("18-3 a 0.2 client hears PARTIAL as 02 and FINAL as 03") {
  const auto partial = decode_at_client(multipart({"MDPC02", "\x02", "echo", "a"}), v2, limits{});
  REQUIRE(verdict(partial) == "ok");
  CHECK(*partial == to_client{client_partial{{}, "echo", multipart({"a"})}});
  const auto final = decode_at_client(multipart({"MDPC02", "\x03", "echo", "a"}), v2, limits{});
  REQUIRE(verdict(final) == "ok");
  CHECK(*final == to_client{client_final{{}, "echo", multipart({"a"})}});
  CHECK(verdict_at_client(multipart({"MDPC02", "\x01", "echo", "a"}), v2) == "unexpected_command");
  CHECK(verdict_at_client(multipart({"MDPC02", "\x04", "echo", "a"}), v2) == "unknown_command");
  CHECK(verdict_at_client(multipart({"MDPC02", "\x02", "echo"}), v2) == "missing_body");
}

TEST_CASE("T19 a client finds its own request id in front of the reply") {
  const auto frames = multipart({"\0\0\0\7"sv, "", "MDPC02", "\x03", "echo", "a"});
  const auto heard = decode_at_client(frames, v2, limits{});
  REQUIRE(verdict(heard) == "ok");
  CHECK(std::get<client_final>(*heard).path == return_path{{frame("\0\0\0\7"sv)}, true});
}

TEST_CASE("T3 a client that asks with a delimiter takes the answer with one") {
  limits bounds;
  bounds.accept_delimited_v2 = true;
  const auto frames = multipart({"", "MDPC02", "\x03", "echo", "a"});
  CHECK(verdict_at_client(frames, v2) == "unexpected_delimiter");
  CHECK(verdict_at_client(frames, v2, bounds) == "ok");
}

TEST_CASE("T2 a client refuses the other version's header and a worker's") {
  CHECK(verdict_at_client(multipart({"MDPC02", "\x03", "echo", "a"}), v1) == "unexpected_header");
  CHECK(verdict_at_client(multipart({"", "MDPC01", "echo", "a"}), v2) == "unexpected_header");
  CHECK(verdict_at_client(multipart({"", "MDPW01", "\x04"}), v1) == "unexpected_header");
}

TEST_CASE("what no side understands is judged alike at both") {
  for (const auto version : {v1, v2}) {
    CHECK(verdict_at_worker(message{}, version) == "no_frames");
    CHECK(verdict_at_client(message{}, version) == "no_frames");
    CHECK(verdict_at_worker(multipart({""}), version) == "probe");
    CHECK(verdict_at_client(multipart({""}), version) == "probe");
    CHECK(verdict_at_worker(multipart({"MDPW03", "\x01"}), version) == "unsupported_version");
    CHECK(verdict_at_client(multipart({"hello"}), version) == "unknown_header");
  }
}
