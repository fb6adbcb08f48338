#include "mdp/wire/decode.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

// What tells the versions apart, and what becomes of those that are neither.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;
using namespace std::literals;

namespace {

constexpr auto v1 = protocol_version::v0_1;
constexpr auto v2 = protocol_version::v0_2;

/// A worker's multipart in `version` with `code` as its command and `rest` behind it.
message worker_says(protocol_version version, std::uint8_t code, message rest) {
  const std::array byte{std::byte{code}};
  message frames = version == v1 ? multipart({"", "MDPW01"}) : multipart({"MDPW02"});
  frames.append(frame(byte));
  frames.append(std::move(rest));
  return frames;
}

} // namespace

TEST_CASE("T2 the byte 03 is a whole reply in 0.1 and a part of one in 0.2") {
  const auto rest = multipart({"id", "", "a"});
  worker_heard<worker_final>(worker_says(v1, 3, rest), v1);
  worker_heard<worker_partial>(worker_says(v2, 3, rest), v2);
}

TEST_CASE("T2 the byte 04 is a heartbeat in 0.1 and a final reply in 0.2") {
  const auto rest = multipart({"id", "", "a"});
  worker_heard<heartbeat>(worker_says(v1, 4, {}), v1);
  worker_heard<worker_final>(worker_says(v2, 4, rest), v2);
  CHECK(verdict_at_broker(worker_says(v1, 4, rest)) == "surplus_frames");
  CHECK(verdict_at_broker(worker_says(v2, 4, {})) == "missing_address");
}

TEST_CASE("T2 the byte 05 is a disconnect in 0.1 and a heartbeat in 0.2") {
  worker_heard<disconnect>(worker_says(v1, 5, {}), v1);
  worker_heard<heartbeat>(worker_says(v2, 5, {}), v2);
}

TEST_CASE("T2 the byte 06 means nothing in 0.1 and a disconnect in 0.2") {
  CHECK(verdict_at_broker(worker_says(v1, 6, {})) == "unknown_command");
  worker_heard<disconnect>(worker_says(v2, 6, {}), v2);
}

TEST_CASE("T2 O7 A2 a broker and a worker each know every byte there is, in both versions") {
  // Ready, reQuest, Partial, Final or reply, Heartbeat, Disconnect; x is unexpected, . is unknown.
  struct row {
    protocol_version version;
    std::string_view at_broker;
    std::string_view at_worker;
  };
  for (const auto& known : {row{v1, ".RxFHD.", ".xQxHD."}, row{v2, ".RxPFHD.", ".xQxxHD."}}) {
    for (unsigned code = 0; code < 256; ++code) {
      CAPTURE(to_string(known.version));
      CAPTURE(code);
      std::string heard;
      std::string obeyed;
      // Of the three endings at most one fits a command.
      for (const auto& rest : {message{}, multipart({"echo"}), multipart({"id", "", "a"})}) {
        const auto frames = worker_says(known.version, static_cast<std::uint8_t>(code), rest);
        const limits bounds;
        const auto at = [](std::string_view names, std::size_t index) { return names[index]; };
        if (const auto input = decode_at_broker(frames, bounds))
          heard += at("RPFHD", std::get<from_worker>(input->command).index());
        else if (input.error() == decode_error::unexpected_command)
          heard = "x";
        if (const auto command = decode_at_worker(frames, known.version, bounds))
          obeyed += at("QHD", command->index());
        else if (command.error() == decode_error::unexpected_command)
          obeyed = "x";
      }
      const auto wanted = [&](std::string_view row) {
        const auto c = code < row.size() ? row[code] : '.';
        return c == '.' ? std::string() : std::string(1, c);
      };
      CHECK(heard == wanted(known.at_broker));
      CHECK(obeyed == wanted(known.at_worker));
    }
  }
}

TEST_CASE("T20 a version we do not speak is told apart from what is not MDP at all") {
  CHECK(verdict_at_broker(multipart({"MDPC03", "\x01", "echo", "a"})) == "unsupported_version");
  CHECK(verdict_at_broker(multipart({"", "MDPC00", "echo", "a"})) == "unsupported_version");
  CHECK(verdict_at_broker(multipart({"id", "", "MDPW99", "\x01"})) == "unsupported_version");
  CHECK(verdict_at_broker(multipart({"MDPC03", "\x01", "", "a"})) == "unsupported_version");
  for (const auto header : {"MDPX01"sv, "MDPC0"sv, "MDPC011"sv, "mdpc01"sv, "MDPCxx"sv, "\0"sv})
    CHECK(verdict_at_broker(multipart({header, "\x01", "echo", "a"})) == "unknown_header");
}

TEST_CASE("T20 the header of a stranger can be shown in a log line") {
  CHECK(header_seen(multipart({"MDPC03", "\x01", "", "a"})) == "MDPC03");
  CHECK(header_seen(multipart({"", "MDPW07", "\x01"})) == "MDPW07");
  CHECK(header_seen(multipart({"id", "", "MDPW07", "\x01"})) == "MDPW07");
  CHECK(header_seen(multipart({"GET / HTTP/1.1"})) == "GET / HTTP/1.1");
  CHECK(header_seen(multipart({"id", ""})).empty());
  CHECK(header_seen(multipart({""})).empty());
  CHECK(header_seen(message{}).empty());
}

TEST_CASE("T20 a stranger's bytes cannot forge a log line, nor speak to a terminal") {
  CHECK(printable("MDPC03 ~!") == "MDPC03 ~!");
  CHECK(printable("a\n[error] b\r\t") == "a?[error] b??");
  CHECK(printable("\x1b[2J\x7f\x80\xff") == "?[2J???");
  CHECK(printable(std::string("\0x", 2)) == "?x");
  CHECK(printable("").empty());
}

TEST_CASE("7-21 T20 the header counts before anything that is wrong behind it") {
  CHECK(verdict_at_broker(multipart({"", "MDPC03"})) == "unsupported_version");
  CHECK(verdict_at_broker(multipart({"id", "", "MDPX01", "too long a command"})) ==
        "unknown_header");
}

TEST_CASE("T20 the header of what was refused in its middle can be shown still") {
  const auto seen = [](message frames) {
    broker_input nothing;
    CHECK(read_at_broker(frames, limits{}, nothing).has_value());
    return std::string(header_seen(frames));
  };
  CHECK(seen(multipart({"MDPC02", "\x09", "echo", "a"})) == "MDPC02");
  CHECK(seen(multipart({"id", "", "MDPC02", "\x09", "echo", "a"})) == "MDPC02");
  CHECK(seen(multipart({"id", "more", "", "MDPC01", "echo"})) == "MDPC01");
  CHECK(seen(multipart({"", "MDPW01", "\x03", "client", ""})) == "MDPW01");
  CHECK(seen(multipart({"MDPW02", "\x01", "echo", "capacity=0"})) == "MDPW02");
}
