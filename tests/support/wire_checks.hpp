#pragma once

#include "mdp/wire/decode.hpp"
#include "support/multipart.hpp"

#include <doctest/doctest.h>
#include <tl/expected.hpp>

#include <string>

/// How unit tests speak about what the codec says.
namespace mdp::test {

/// "ok", or the name of the error.
template <class T>
std::string verdict(const tl::expected<T, wire::decode_error>& decoded) {
  return decoded ? "ok" : std::string(to_string(decoded.error()));
}

/// What a broker says to `frames`, with the default limits unless others are given.
inline std::string verdict_at_broker(message frames, const wire::limits& bounds = {}) {
  return verdict(wire::decode_at_broker(std::move(frames), bounds));
}

/// The request that a broker hears in `frames`; fails the test when it hears anything else.
inline wire::client_request request_heard(message frames, wire::protocol_version version,
                                          const wire::limits& bounds = {}) {
  auto input = wire::decode_at_broker(std::move(frames), bounds);
  REQUIRE(verdict(input) == "ok");
  CHECK(input->version == version);
  auto* request = std::get_if<wire::from_client>(&input->command);
  REQUIRE(request != nullptr);
  return std::move(*request);
}

/// The worker's command that a broker hears in `frames`; fails the test when it hears anything
/// else.
template <class Command>
Command worker_heard(message frames, wire::protocol_version version,
                     const wire::limits& bounds = {}) {
  auto input = wire::decode_at_broker(std::move(frames), bounds);
  REQUIRE(verdict(input) == "ok");
  CHECK(input->version == version);
  auto* any = std::get_if<wire::from_worker>(&input->command);
  REQUIRE(any != nullptr);
  auto* command = std::get_if<Command>(any);
  REQUIRE(command != nullptr);
  return std::move(*command);
}

} // namespace mdp::test

template <>
struct doctest::StringMaker<mdp::message> {
  static String convert(const mdp::message& m) { return mdp::test::readable(m).c_str(); }
};

template <>
struct doctest::StringMaker<mdp::frame> {
  static String convert(const mdp::frame& f) { return mdp::test::readable({f}).c_str(); }
};
