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

limits delimited_v2() {
  limits bounds;
  bounds.accept_delimited_v2 = true;
  return bounds;
}

/// `count` address frames, then `rest`.
message behind_addresses(std::size_t count, message rest) {
  message frames;
  for (std::size_t i = 0; i < count; ++i)
    frames.append(frame("hop " + std::to_string(i)));
  frames.append(std::move(rest));
  return frames;
}

} // namespace

TEST_CASE("7-7 a 0.1 request is an empty frame, MDPC01, the service and a body") {
  const auto request = request_heard(multipart({"", "MDPC01", "echo", "a", "b"}), v1);
  CHECK(request.service == "echo");
  CHECK(request.body == multipart({"a", "b"}));
  CHECK(request.path == return_path{{}, true});
}

TEST_CASE("7-7 a 0.1 request of three frames has no body and is invalid") {
  CHECK(verdict_at_broker(multipart({"", "MDPC01", "echo"})) == "missing_body");
  CHECK(verdict_at_broker(multipart({"", "MDPC01"})) == "missing_service");
}

TEST_CASE("7-7 a 0.1 request without its empty frame is invalid") {
  CHECK(verdict_at_broker(multipart({"MDPC01", "echo", "a"})) == "missing_delimiter");
}

TEST_CASE("18-1 18-2 a 0.2 request is MDPC02, 01, the service and a body, with nothing in front") {
  const auto request = request_heard(multipart({"MDPC02", "\x01", "echo", "a", "b"}), v2);
  CHECK(request.service == "echo");
  CHECK(request.body == multipart({"a", "b"}));
  CHECK(request.path == return_path{});
}

TEST_CASE("18-2 a 0.2 request that ends early says what is missing") {
  CHECK(verdict_at_broker(multipart({"MDPC02"})) == "missing_command");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x01"})) == "missing_service");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x01", "echo"})) == "missing_body");
}

TEST_CASE("18-3 PARTIAL and FINAL are a broker's words, not a client's") {
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x02", "echo", "a"})) == "unexpected_command");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x03", "echo", "a"})) == "unexpected_command");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x04", "echo", "a"})) == "unknown_command");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\0"sv, "echo", "a"})) == "unknown_command");
}

TEST_CASE("7-19 a client's command is one byte too, not a digit, not an int, not a word") {
  CHECK(verdict_at_broker(multipart({"MDPC02", "1", "echo", "a"})) == "unknown_command");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\1\0\0\0"sv, "echo", "a"})) == "bad_command_size");
  CHECK(verdict_at_broker(multipart({"MDPC02", "REQUEST", "echo", "a"})) == "bad_command_size");
  CHECK(verdict_at_broker(multipart({"MDPC02", "", "echo", "a"})) == "bad_command_size");
}

TEST_CASE("T3 a 0.2 request behind a bare empty frame is invalid by default") {
  CHECK(verdict_at_broker(multipart({"", "MDPC02", "\x01", "echo", "a"})) ==
        "unexpected_delimiter");
}

TEST_CASE("T3 where delimited 0.2 is accepted, the path remembers to answer in kind") {
  const auto frames = multipart({"", "MDPC02", "\x01", "echo", "a"});
  CHECK(request_heard(frames, v2, delimited_v2()).path == return_path{{}, true});
  // The option permits, it does not require.
  const auto bare = multipart({"MDPC02", "\x01", "echo", "a"});
  CHECK(request_heard(bare, v2, delimited_v2()).path == return_path{});
}

TEST_CASE("T3 the option is for clients, a worker's 0.2 stays strict") {
  const auto frames = multipart({"", "MDPW02", "\x01", "echo"});
  CHECK(verdict_at_broker(frames, delimited_v2()) == "unexpected_delimiter");
}

TEST_CASE("T11 an empty body frame is a body") {
  CHECK(request_heard(multipart({"", "MDPC01", "echo", ""}), v1).body == multipart({""}));
  CHECK(request_heard(multipart({"MDPC02", "\x01", "echo", ""}), v2).body == multipart({""}));
}

TEST_CASE("T11 a service name has 1 to 255 bytes of printable ASCII without spaces") {
  const limits bounds;
  CHECK(check_service_name("a", bounds) == std::nullopt);
  CHECK(check_service_name("!~", bounds) == std::nullopt);
  CHECK(check_service_name(std::string(255, 'x'), bounds) == std::nullopt);
  CHECK(check_service_name("", bounds) == decode_error::empty_service_name);
  CHECK(check_service_name(std::string(256, 'x'), bounds) == decode_error::service_name_too_long);
  for (const auto name : {"a b"sv, " a"sv, "a\t"sv, "a\n"sv, "a\0b"sv, "\x7f"sv, "na\xc3\xafve"sv})
    CHECK(check_service_name(name, bounds) == decode_error::bad_service_name);
}

TEST_CASE("T11 a request's service name is checked in both versions") {
  CHECK(verdict_at_broker(multipart({"", "MDPC01", "", "a"})) == "empty_service_name");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x01", "", "a"})) == "empty_service_name");
  CHECK(verdict_at_broker(multipart({"", "MDPC01", "e\0o"sv, "a"})) == "bad_service_name");
  CHECK(verdict_at_broker(multipart({"MDPC02", "\x01", "e\0o"sv, "a"})) == "bad_service_name");
}

TEST_CASE("T19 addresses in front of the delimiter are kept as the way back, in both versions") {
  const auto corr = multipart({"\0\1"sv, "corr", "", "MDPC01", "echo", "a"});
  CHECK(request_heard(corr, v1).path == return_path{{frame("\0\1"sv), frame("corr"sv)}, true});
  const auto proxied = multipart({"proxy", "", "MDPC02", "\x01", "echo", "a"});
  CHECK(request_heard(proxied, v2).path == return_path{{frame("proxy"sv)}, true});
}

TEST_CASE("T19 eight addresses are accepted and nine are not") {
  const auto rest_v1 = multipart({"", "MDPC01", "echo", "a"});
  const auto rest_v2 = multipart({"", "MDPC02", "\x01", "echo", "a"});
  CHECK(request_heard(behind_addresses(8, rest_v1), v1).path.address.size() == 8);
  CHECK(request_heard(behind_addresses(8, rest_v2), v2).path.address.size() == 8);
  CHECK(verdict_at_broker(behind_addresses(9, rest_v1)) == "envelope_too_long");
  CHECK(verdict_at_broker(behind_addresses(9, rest_v2)) == "envelope_too_long");
}

TEST_CASE("T19 an address in front is no longer than any other address") {
  const auto with_id = [](std::size_t size) {
    return multipart({std::string(size, 'i'), "", "MDPC01", "echo", "a"});
  };
  CHECK(verdict_at_broker(with_id(255)) == "ok");
  CHECK(verdict_at_broker(with_id(256)) == "address_too_long");
}

TEST_CASE("T19 in front of 0.2 an envelope needs its delimiter") {
  CHECK(verdict_at_broker(multipart({"id", "MDPC02", "\x01", "echo", "a"})) == "unknown_header");
}

TEST_CASE("T19 an address may begin like a header") {
  const auto frames = multipart({"MDPClient-7", "", "MDPC02", "\x01", "echo", "a"});
  CHECK(request_heard(frames, v2).path.address.front() == "MDPClient-7");
}

TEST_CASE("T19 only the first empty frame delimits, later ones belong to the body") {
  const auto frames = multipart({"MDPC02", "\x01", "echo", "", "MDPC01", "other", "a"});
  const auto request = request_heard(frames, v2);
  CHECK(request.service == "echo");
  CHECK(request.body == multipart({"", "MDPC01", "other", "a"}));
}

TEST_CASE("T19 the single empty frame of ZMQ_PROBE_ROUTER is told apart from offences") {
  CHECK(verdict_at_broker(multipart({""})) == "probe");
  CHECK(verdict_at_broker(message{}) == "no_frames");
  CHECK(verdict_at_broker(multipart({"", ""})) == "unknown_header");
}

TEST_CASE("a body frame is moved through the decoder and not copied") {
  const auto big = std::string(1000, 'x');
  auto frames = multipart({"MDPC02", "\x01", "echo", big});
  const auto* const bytes = frames[3].data();
  CHECK(request_heard(std::move(frames), v2).body[0].data() == bytes);
}
