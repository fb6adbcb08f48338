#include "mdp/wire/decode.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

// One table with every way in which a multipart can fail to be MDP.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;
using namespace std::literals;

namespace {

enum class listener { broker, worker_v1, worker_v2, client_v1, client_v2 };

struct refusal {
  decode_error reason;
  listener at;
  message frames;
};

/// Small enough that a row can break each of them.
limits tight() {
  limits bounds;
  bounds.max_frames = 7;
  bounds.max_bytes = 40;
  bounds.max_service_name = 8;
  bounds.max_address = 5;
  bounds.max_envelope = 2;
  bounds.max_capacity = 9;
  return bounds;
}

std::vector<refusal> refusals() {
  using enum decode_error;
  using enum listener;
  const std::string forty(40, 'x');
  return {
    {no_frames, broker, {}},
    {no_frames, worker_v2, {}},
    {no_frames, client_v1, {}},
    {probe, broker, multipart({""})},
    {probe, worker_v1, multipart({""})},
    {probe, client_v2, multipart({""})},
    {too_many_frames, broker, multipart({"", "MDPC01", "echo", "1", "2", "3", "4", "5"})},
    {too_many_frames, broker, multipart({"", "", "", "", "", "", "", ""})},
    {too_many_frames, client_v2, multipart({"MDPC02", "\3", "echo", "1", "2", "3", "4", "5"})},
    {too_many_bytes, broker, multipart({"", "MDPC01", "echo", forty})},
    {too_many_bytes, broker, multipart({forty, "x"})},
    {too_many_bytes, worker_v1, multipart({"", "MDPW01", "\2", "id", "", forty})},
    {missing_header, broker, multipart({"id", ""})},
    {missing_header, worker_v1, multipart({"id", ""})},
    {unknown_header, broker, multipart({"MDPX01", "echo", "a"})},
    {unknown_header, broker, multipart({"", "", "MDPC01", "echo", "a"})},
    {unknown_header, broker, multipart({"id", "MDPC01", "echo", "a"})},
    {unknown_header, worker_v2, multipart({"mdpw02", "\5"})},
    {unsupported_version, broker, multipart({"", "MDPC03", "echo", "a"})},
    {unsupported_version, broker, multipart({"MDPW10", "\1", "echo"})},
    {unsupported_version, client_v2, multipart({"MDPC00", "\3", "echo", "a"})},
    {unexpected_header, worker_v1, multipart({"MDPW02", "\5"})},
    {unexpected_header, worker_v2, multipart({"MDPC02", "\3", "echo", "a"})},
    {unexpected_header, client_v1, multipart({"MDPC02", "\3", "echo", "a"})},
    {unexpected_header, client_v2, multipart({"MDPW02", "\5"})},
    {missing_delimiter, broker, multipart({"MDPC01", "echo", "a"})},
    {missing_delimiter, broker, multipart({"MDPW01", "\4"})},
    {missing_delimiter, worker_v1, multipart({"MDPW01", "\4"})},
    {missing_delimiter, client_v1, multipart({"MDPC01", "echo", "a"})},
    {unexpected_delimiter, broker, multipart({"", "MDPC02", "\1", "echo", "a"})},
    {unexpected_delimiter, broker, multipart({"", "MDPW02", "\5"})},
    {unexpected_delimiter, worker_v2, multipart({"", "MDPW02", "\5"})},
    {unexpected_delimiter, client_v2, multipart({"", "MDPC02", "\3", "echo", "a"})},
    {unexpected_envelope, broker, multipart({"id", "", "MDPW01", "\4"})},
    {unexpected_envelope, broker, multipart({"id", "", "MDPW02", "\5"})},
    {unexpected_envelope, worker_v1, multipart({"id", "", "MDPW01", "\4"})},
    {envelope_too_long, broker, multipart({"1", "2", "3", "", "MDPC01", "echo", "a"})},
    {envelope_too_long, client_v1, multipart({"1", "2", "3", "", "MDPC01", "echo", "a"})},
    {missing_command, broker, multipart({"MDPC02"})},
    {missing_command, broker, multipart({"", "MDPW01"})},
    {missing_command, worker_v2, multipart({"MDPW02"})},
    {bad_command_size, broker, multipart({"MDPC02", "\1\1", "echo", "a"})},
    {bad_command_size, broker, multipart({"MDPW02", "", "echo"})},
    {bad_command_size, worker_v1, multipart({"", "MDPW01", "\4\0"sv})},
    {unknown_command, broker, multipart({"MDPC02", "\4", "echo", "a"})},
    {unknown_command, broker, multipart({"", "MDPW01", "\6"})},
    {unknown_command, broker, multipart({"MDPW02", "\7"})},
    {unknown_command, client_v2, multipart({"MDPC02", "\0"sv, "echo", "a"})},
    {unexpected_command, broker, multipart({"MDPC02", "\3", "echo", "a"})},
    {unexpected_command, broker, multipart({"", "MDPW01", "\2", "id", "", "a"})},
    {unexpected_command, worker_v2, multipart({"MDPW02", "\4", "id", "", "a"})},
    {unexpected_command, client_v2, multipart({"MDPC02", "\1", "echo", "a"})},
    {missing_service, broker, multipart({"", "MDPC01"})},
    {missing_service, broker, multipart({"MDPW02", "\1"})},
    {missing_service, client_v2, multipart({"MDPC02", "\3"})},
    {empty_service_name, broker, multipart({"", "MDPC01", "", "a"})},
    {empty_service_name, broker, multipart({"MDPW02", "\1", ""})},
    {empty_service_name, client_v1, multipart({"", "MDPC01", "", "a"})},
    {service_name_too_long, broker, multipart({"", "MDPC01", "nine char", "a"})},
    {service_name_too_long, client_v2, multipart({"MDPC02", "\3", "ninechars", "a"})},
    {bad_service_name, broker, multipart({"", "MDPC01", "ec ho", "a"})},
    {bad_service_name, broker, multipart({"MDPW02", "\1", "ech\xc3\xb6"})},
    {missing_body, broker, multipart({"", "MDPC01", "echo"})},
    {missing_body, broker, multipart({"MDPW02", "\3", "id", ""})},
    {missing_body, worker_v1, multipart({"", "MDPW01", "\2", "id", ""})},
    {missing_body, client_v2, multipart({"MDPC02", "\2", "echo"})},
    {missing_address, broker, multipart({"", "MDPW01", "\3"})},
    {missing_address, worker_v2, multipart({"MDPW02", "\2"})},
    {empty_address, broker, multipart({"MDPW02", "\4", "", "", "a"})},
    {empty_address, worker_v1, multipart({"", "MDPW01", "\2", "", "", "a"})},
    {address_too_long, broker, multipart({"MDPW02", "\4", "six by", "", "a"})},
    {address_too_long, broker, multipart({"six by", "", "MDPC01", "echo", "a"})},
    {address_too_long, worker_v1, multipart({"", "MDPW01", "\2", "six by", "", "a"})},
    {missing_address_delimiter, broker, multipart({"", "MDPW01", "\3", "id", "a"})},
    {missing_address_delimiter, worker_v2, multipart({"MDPW02", "\2", "id"})},
    {surplus_frames, broker, multipart({"", "MDPW01", "\4", ""})},
    {surplus_frames, broker, multipart({"MDPW02", "\1", "echo", "x"})},
    {surplus_frames, broker, multipart({"MDPW02", "\1", "echo", "capacity=1", "x"})},
    {surplus_frames, worker_v2, multipart({"MDPW02", "\6", ""})},
    {bad_capacity, broker, multipart({"", "MDPW01", "\1", "echo", "capacity=10"})},
    {bad_capacity, broker, multipart({"MDPW02", "\1", "echo", "capacity=many"})},
    {bad_load, broker, multipart({"", "MDPW01", "\1", "echo", "load=many"})},
    {bad_load, broker, multipart({"MDPW02", "\5", "load=1000001"})},
  };
}

std::string verdict_of(const refusal& row) {
  const auto bounds = tight();
  switch (row.at) {
  case listener::broker:
    return verdict(decode_at_broker(row.frames, bounds));
  case listener::worker_v1:
    return verdict(decode_at_worker(row.frames, protocol_version::v0_1, bounds));
  case listener::worker_v2:
    return verdict(decode_at_worker(row.frames, protocol_version::v0_2, bounds));
  case listener::client_v1:
    return verdict(decode_at_client(row.frames, protocol_version::v0_1, bounds));
  case listener::client_v2:
    return verdict(decode_at_client(row.frames, protocol_version::v0_2, bounds));
  }
  return {};
}

} // namespace

TEST_CASE("7-31 what is invalid is refused with its reason, whoever listens") {
  for (const auto& row : refusals()) {
    CAPTURE(readable(row.frames));
    CAPTURE(static_cast<int>(row.at));
    CHECK(verdict_of(row) == std::string(to_string(row.reason)));
  }
}

TEST_CASE("every reason for a refusal is shown by a row at the broker or has none there") {
  std::set<decode_error> shown;
  std::set<decode_error> shown_at_broker;
  for (const auto& row : refusals()) {
    shown.insert(row.reason);
    if (row.at == listener::broker)
      shown_at_broker.insert(row.reason);
  }
  CHECK(shown.size() == decode_error_count);
  // A broker listens to all headers, so none is unexpected to it.
  CHECK(shown_at_broker.size() == decode_error_count - 1);
  CHECK_FALSE(shown_at_broker.contains(decode_error::unexpected_header));
}

TEST_CASE("every reason has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < decode_error_count; ++i)
    names.insert(to_string(static_cast<decode_error>(i)));
  CHECK(names.size() == decode_error_count);
  CHECK_FALSE(names.contains("unknown_decode_error"));
}

TEST_CASE("what just keeps to all limits is accepted") {
  const auto bounds = tight();
  const auto widest = multipart({"1", "2", "", "MDPC01", "echo", "1", "2"});
  CHECK(widest.size() == bounds.max_frames);
  CHECK(verdict_at_broker(widest, bounds) == "ok");
  const auto longest = multipart({"MDPW02", "\4", "12345", "", std::string(28, 'x')});
  CHECK(longest.byte_count() == bounds.max_bytes);
  CHECK(verdict_at_broker(longest, bounds) == "ok");
  CHECK(verdict_at_broker(multipart({"MDPW02", "\1", "eight_ch", "capacity=9"}), bounds) == "ok");
}
