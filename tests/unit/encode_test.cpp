#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "support/engine_testing.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;
using namespace std::literals;

namespace {

constexpr auto v1 = protocol_version::v0_1;
constexpr auto v2 = protocol_version::v0_2;

/// Whether it is asserted that nobody says this.
template <class Command>
bool is_bug(Command command, protocol_version version) {
  return mdp::testing::aborts([&] { static_cast<void>(encode(std::move(command), version)); });
}

} // namespace

TEST_CASE("7-7 a 0.1 request always has its delimiter, whatever the path says") {
  CHECK(encode(client_request{{}, "echo", multipart({"a"})}, v1) ==
        multipart({"", "MDPC01", "echo", "a"}));
  CHECK(encode(client_request{{{}, true}, "echo", multipart({"a"})}, v1) ==
        multipart({"", "MDPC01", "echo", "a"}));
}

TEST_CASE("18-1 a 0.2 request has a delimiter only behind an address or where the path says so") {
  CHECK(encode(client_request{{}, "echo", multipart({"a"})}, v2) ==
        multipart({"MDPC02", "\x01", "echo", "a"}));
  CHECK(encode(client_request{{{frame("id"sv)}, false}, "echo", multipart({"a"})}, v2) ==
        multipart({"id", "", "MDPC02", "\x01", "echo", "a"}));
  CHECK(encode(client_request{{{}, true}, "echo", multipart({"a"})}, v2) ==
        multipart({"", "MDPC02", "\x01", "echo", "a"}));
}

TEST_CASE("T19 a reply goes back behind the addresses its request came with, in their order") {
  const auto request =
    request_heard(multipart({"hop", "id", "", "MDPC02", "\x01", "echo", "a"}), v2);
  CHECK(encode(to_client{client_partial{request.path, "echo", multipart({"b"})}}, v2) ==
        multipart({"hop", "id", "", "MDPC02", "\x02", "echo", "b"}));
  CHECK(encode(to_client{client_final{request.path, "echo", multipart({"c"})}}, v2) ==
        multipart({"hop", "id", "", "MDPC02", "\x03", "echo", "c"}));
}

TEST_CASE("T3 a delimited 0.2 client is answered in kind") {
  limits bounds;
  bounds.accept_delimited_v2 = true;
  const auto request = request_heard(multipart({"", "MDPC02", "\x01", "echo", "a"}), v2, bounds);
  CHECK(encode(to_client{client_final{request.path, "echo", multipart({"b"})}}, v2) ==
        multipart({"", "MDPC02", "\x03", "echo", "b"}));
}

TEST_CASE("T4 one final reply is a REPLY to a 0.1 client and a FINAL to a 0.2 client") {
  CHECK(encode(to_client{client_final{{}, "echo", multipart({"a"})}}, v1) ==
        multipart({"", "MDPC01", "echo", "a"}));
  CHECK(encode(to_client{client_final{{}, "echo", multipart({"a"})}}, v2) ==
        multipart({"MDPC02", "\x03", "echo", "a"}));
}

TEST_CASE(
  "7-33 7-34 18-11 a worker gets exactly one address and an empty frame, whatever the path") {
  const worker_request request{frame("id"sv), multipart({"a", ""})};
  CHECK(encode(to_worker{request}, v1) == multipart({"", "MDPW01", "\x02", "id", "", "a", ""}));
  CHECK(encode(to_worker{request}, v2) == multipart({"MDPW02", "\x02", "id", "", "a", ""}));
}

TEST_CASE("7-14 18-7 READY names a capacity if one was announced, even 1, and else does not") {
  CHECK(encode(from_worker{worker_ready{"echo", 1, false}}, v1) ==
        multipart({"", "MDPW01", "\x01", "echo"}));
  CHECK(encode(from_worker{worker_ready{"echo", 1, false}}, v2) ==
        multipart({"MDPW02", "\x01", "echo"}));
  CHECK(encode(from_worker{worker_ready{"echo", 1, true}}, v2) ==
        multipart({"MDPW02", "\x01", "echo", "capacity=1"}));
  CHECK(encode(from_worker{worker_ready{"echo", 65536, true}}, v1) ==
        multipart({"", "MDPW01", "\x01", "echo", "capacity=65536"}));
  CHECK(encode(from_worker{worker_ready{"echo", 4294967295, true}}, v2) ==
        multipart({"MDPW02", "\x01", "echo", "capacity=4294967295"}));
}

TEST_CASE("T2 heartbeat and disconnect have each version's own byte") {
  CHECK(encode(to_worker{heartbeat{}}, v1) == multipart({"", "MDPW01", "\x04"}));
  CHECK(encode(to_worker{disconnect{}}, v1) == multipart({"", "MDPW01", "\x05"}));
  CHECK(encode(to_worker{heartbeat{}}, v2) == multipart({"MDPW02", "\x05"}));
  CHECK(encode(to_worker{disconnect{}}, v2) == multipart({"MDPW02", "\x06"}));
  CHECK(encode(from_worker{heartbeat{}}, v1) == encode(to_worker{heartbeat{}}, v1));
  CHECK(encode(from_worker{disconnect{}}, v2) == encode(to_worker{disconnect{}}, v2));
}

TEST_CASE("a body frame passes the broker from client to worker without a copy") {
  const std::string big(1000, 'x');
  auto frames = multipart({"MDPC02", "\x01", "echo", big});
  const auto* const bytes = frames[3].data();
  auto request = request_heard(std::move(frames), v2);
  const auto sent = encode(to_worker{worker_request{frame("id"sv), std::move(request.body)}}, v1);
  CHECK(sent == multipart({"", "MDPW01", "\x02", "id", "", big}));
  CHECK(sent[5].data() == bytes);
}

TEST_CASE("a command that no version can say is a bug of ours") {
  const frame client("c"sv);
  const auto body = multipart({"a"});
  CHECK(is_bug(client_request{{}, "", body}, v2));
  CHECK(is_bug(client_request{{}, "echo", {}}, v2));
  CHECK(is_bug(client_request{{{frame()}, true}, "echo", body}, v2));
  CHECK(is_bug(to_client{client_final{{}, "echo", {}}}, v1));
  CHECK(is_bug(to_worker{worker_request{frame(), body}}, v1));
  CHECK(is_bug(to_worker{worker_request{client, {}}}, v2));
  CHECK(is_bug(from_worker{worker_final{client, {}}}, v2));
  CHECK(is_bug(from_worker{worker_ready{""}}, v2));
  CHECK(is_bug(from_worker{worker_ready{"echo", 0, true}}, v2));
  CHECK_FALSE(is_bug(from_worker{worker_ready{"echo", 1, true}}, v2));
}

TEST_CASE("T4 0.1 has no PARTIAL, and to say one in it is a bug of ours") {
  CHECK(is_bug(to_client{client_partial{{}, "echo", multipart({"a"})}}, v1));
  CHECK(is_bug(from_worker{worker_partial{frame("c"sv), multipart({"a"})}}, v1));
}
