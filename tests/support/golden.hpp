#pragma once

#include "mdp/wire/command.hpp"
#include "support/multipart.hpp"

#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Every command of RFC 7 and RFC 18 in both directions, byte for byte. The bytes are written out
/// by hand from the RFCs and use nothing of ours, so that a wrong constant cannot prove itself
/// right. Each row must decode to its command, and its command must encode to the row.
namespace mdp::test {

/// One multipart and what it means. The alternative of `command` says who sends it to whom.
struct golden_vector {
  std::string_view name; ///< Also the name of its seed in the fuzzer's corpus.
  wire::protocol_version version;
  std::vector<std::string_view> hex; ///< One text of hexadecimal digits a frame.
  std::variant<wire::from_client, wire::from_worker, wire::to_client, wire::to_worker> command;
  bool accept_delimited_v2 = false;

  [[nodiscard]] message frames() const { return multipart_of_hex(hex); }
};

namespace golden {

using wire::protocol_version;
using wire::return_path;

// The vocabulary of the rows.
inline constexpr std::string_view empty;
inline constexpr std::string_view mdpc01 = "4d 44 50 43 30 31";
inline constexpr std::string_view mdpw01 = "4d 44 50 57 30 31";
inline constexpr std::string_view mdpc02 = "4d 44 50 43 30 32";
inline constexpr std::string_view mdpw02 = "4d 44 50 57 30 32";
inline constexpr std::string_view echo = "65 63 68 6f";
inline constexpr std::string_view hello = "48 65 6c 6c 6f";
/// What libzmq gives a peer without a name of its own: NUL and a number. Not text (users' list,
/// 11).
inline constexpr std::string_view client_id = "00 6b 8b 45 67";
/// "capacity=64" and the largest one.
inline constexpr std::string_view capacity_64 = "63 61 70 61 63 69 74 79 3d 36 34";
inline constexpr std::string_view capacity_65536 = "63 61 70 61 63 69 74 79 3d 36 35 35 33 36";
/// An envelope: a proxy's id for its peer, and a request id by REQ_CORRELATE.
inline constexpr std::string_view proxy_id = "00 80 00 41 a7";
inline constexpr std::string_view correlation = "2a 00 00 00";

inline frame of(std::string_view hex) {
  return frame(bytes_of_hex(hex));
}

inline message body() {
  return {of(hello), frame{}}; // two frames, the second one empty: a legal body (T11)
}

inline return_path direct() {
  return {};
}

inline return_path delimited() {
  return {{}, true};
}

inline return_path envelope() {
  return {{of(proxy_id), of(correlation)}, true};
}

inline std::vector<golden_vector> rfc_7() {
  using namespace wire;
  constexpr auto v = protocol_version::v0_1;
  return {
    {"v1-client-request",
     v,
     {empty, mdpc01, echo, hello, empty},
     from_client{delimited(), "echo", body()}},
    {"v1-client-request-envelope",
     v,
     {proxy_id, correlation, empty, mdpc01, echo, hello, empty},
     from_client{envelope(), "echo", body()}},
    {"v1-client-reply",
     v,
     {empty, mdpc01, echo, hello, empty},
     to_client{client_final{delimited(), "echo", body()}}},
    {"v1-client-reply-envelope",
     v,
     {proxy_id, correlation, empty, mdpc01, echo, hello, empty},
     to_client{client_final{envelope(), "echo", body()}}},
    {"v1-worker-ready", v, {empty, mdpw01, "01", echo}, from_worker{worker_ready{"echo"}}},
    {"v1-worker-ready-capacity",
     v,
     {empty, mdpw01, "01", echo, capacity_64},
     from_worker{worker_ready{"echo", 64, true}}},
    {"v1-worker-request",
     v,
     {empty, mdpw01, "02", client_id, empty, hello, empty},
     to_worker{worker_request{of(client_id), body()}}},
    {"v1-worker-reply",
     v,
     {empty, mdpw01, "03", client_id, empty, hello, empty},
     from_worker{worker_final{of(client_id), body()}}},
    {"v1-worker-heartbeat", v, {empty, mdpw01, "04"}, from_worker{heartbeat{}}},
    {"v1-worker-disconnect", v, {empty, mdpw01, "05"}, from_worker{disconnect{}}},
    {"v1-broker-heartbeat", v, {empty, mdpw01, "04"}, to_worker{heartbeat{}}},
    {"v1-broker-disconnect", v, {empty, mdpw01, "05"}, to_worker{disconnect{}}},
  };
}

inline std::vector<golden_vector> rfc_18() {
  using namespace wire;
  constexpr auto v = protocol_version::v0_2;
  return {
    {"v2-client-request",
     v,
     {mdpc02, "01", echo, hello, empty},
     from_client{direct(), "echo", body()}},
    {"v2-client-request-envelope",
     v,
     {proxy_id, correlation, empty, mdpc02, "01", echo, hello, empty},
     from_client{envelope(), "echo", body()}},
    {"v2-client-request-delimited",
     v,
     {empty, mdpc02, "01", echo, hello, empty},
     from_client{delimited(), "echo", body()},
     true},
    {"v2-client-partial",
     v,
     {mdpc02, "02", echo, hello, empty},
     to_client{client_partial{direct(), "echo", body()}}},
    {"v2-client-partial-envelope",
     v,
     {proxy_id, correlation, empty, mdpc02, "02", echo, hello, empty},
     to_client{client_partial{envelope(), "echo", body()}}},
    {"v2-client-final",
     v,
     {mdpc02, "03", echo, hello, empty},
     to_client{client_final{direct(), "echo", body()}}},
    {"v2-client-final-envelope",
     v,
     {proxy_id, correlation, empty, mdpc02, "03", echo, hello, empty},
     to_client{client_final{envelope(), "echo", body()}}},
    {"v2-client-final-delimited",
     v,
     {empty, mdpc02, "03", echo, hello, empty},
     to_client{client_final{delimited(), "echo", body()}},
     true},
    {"v2-worker-ready", v, {mdpw02, "01", echo}, from_worker{worker_ready{"echo"}}},
    {"v2-worker-ready-capacity",
     v,
     {mdpw02, "01", echo, capacity_65536},
     from_worker{worker_ready{"echo", 65536, true}}},
    {"v2-worker-request",
     v,
     {mdpw02, "02", client_id, empty, hello, empty},
     to_worker{worker_request{of(client_id), body()}}},
    {"v2-worker-partial",
     v,
     {mdpw02, "03", client_id, empty, hello, empty},
     from_worker{worker_partial{of(client_id), body()}}},
    {"v2-worker-final",
     v,
     {mdpw02, "04", client_id, empty, hello, empty},
     from_worker{worker_final{of(client_id), body()}}},
    {"v2-worker-heartbeat", v, {mdpw02, "05"}, from_worker{heartbeat{}}},
    {"v2-worker-disconnect", v, {mdpw02, "06"}, from_worker{disconnect{}}},
    {"v2-broker-heartbeat", v, {mdpw02, "05"}, to_worker{heartbeat{}}},
    {"v2-broker-disconnect", v, {mdpw02, "06"}, to_worker{disconnect{}}},
  };
}

} // namespace golden

/// All of them, RFC 7's first.
inline std::vector<golden_vector> golden_vectors() {
  auto all = golden::rfc_7();
  for (auto& row : golden::rfc_18())
    all.push_back(std::move(row));
  return all;
}

} // namespace mdp::test
