#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "support/golden.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;

namespace {

limits limits_of(const golden_vector& row) {
  limits bounds;
  bounds.accept_delimited_v2 = row.accept_delimited_v2;
  return bounds;
}

/// Decodes as the side that `row.command` is meant for.
void check_decode(const golden_vector& row) {
  const auto bounds = limits_of(row);
  const auto at_broker = [&](const auto& command) {
    const auto input = decode_at_broker(row.frames(), bounds);
    REQUIRE(verdict(input) == "ok");
    CHECK(*input == broker_input{row.version, command});
  };
  std::visit(overload{
               [&](const wire::from_client& command) { at_broker(command); },
               [&](const wire::from_worker& command) { at_broker(command); },
               [&](const to_client& command) {
                 const auto seen = decode_at_client(row.frames(), row.version, bounds);
                 REQUIRE(verdict(seen) == "ok");
                 CHECK(*seen == command);
               },
               [&](const to_worker& command) {
                 const auto seen = decode_at_worker(row.frames(), row.version, bounds);
                 REQUIRE(verdict(seen) == "ok");
                 CHECK(*seen == command);
               },
             },
             row.command);
}

message encoded(const golden_vector& row) {
  return std::visit([&](const auto& command) { return encode(command, row.version); }, row.command);
}

} // namespace

TEST_CASE("7-7 7-8 7-14 7-15 7-16 7-17 7-18 every command of RFC 7 is decoded from its bytes") {
  for (const auto& row : golden::rfc_7()) {
    CAPTURE(std::string(row.name));
    check_decode(row);
  }
}

TEST_CASE("7-7 7-8 7-14 7-15 7-16 7-17 7-18 every command of RFC 7 is encoded to its bytes") {
  for (const auto& row : golden::rfc_7()) {
    CAPTURE(std::string(row.name));
    CHECK(encoded(row) == row.frames());
  }
}

TEST_CASE("18-2 18-3 18-7 18-8 18-9 every command of RFC 18 is decoded from its bytes") {
  for (const auto& row : golden::rfc_18()) {
    CAPTURE(std::string(row.name));
    check_decode(row);
  }
}

TEST_CASE("18-2 18-3 18-7 18-8 18-9 every command of RFC 18 is encoded to its bytes") {
  for (const auto& row : golden::rfc_18()) {
    CAPTURE(std::string(row.name));
    CHECK(encoded(row) == row.frames());
  }
}

TEST_CASE("the golden vectors hold every command of both versions") {
  // Which alternative of which direction: 1 + 5 + 2 + 3 in 0.2, two fewer in 0.1, which has no
  // PARTIAL.
  std::set<std::string> seen_v0_1;
  std::set<std::string> seen_v0_2;
  for (const auto& row : golden_vectors()) {
    auto kind = std::to_string(row.command.index());
    if (const auto* command = std::get_if<wire::from_worker>(&row.command))
      kind += std::to_string(command->index());
    if (const auto* command = std::get_if<to_client>(&row.command))
      kind += std::to_string(command->index());
    if (const auto* command = std::get_if<to_worker>(&row.command))
      kind += std::to_string(command->index());
    (row.version == protocol_version::v0_1 ? seen_v0_1 : seen_v0_2).insert(kind);
  }
  CHECK(seen_v0_1.size() == 9);
  CHECK(seen_v0_2.size() == 11);
}

TEST_CASE("no prefix of a golden vector is taken for another command, but for a body cut short") {
  for (const auto& row : golden_vectors()) {
    CAPTURE(std::string(row.name));
    const auto whole = row.frames();
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto cut =
        message(std::vector<frame>(whole.begin(), whole.begin() + std::ptrdiff_t(length)));
      const auto input = decode_at_broker(cut, limits_of(row));
      if (!input)
        continue;
      // What is left is the same command with fewer body frames, or READY without its capacity.
      CHECK(length + 1 == whole.size());
    }
  }
}
