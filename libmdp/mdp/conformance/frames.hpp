#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Every message of MDP 0.1 (RFC 7) and MDP 0.2 (RFC 18), written out byte for byte. Knows nothing of
/// our codec in `wire/`, on purpose: an error there must not excuse itself here.
namespace mdp::conformance {

enum class version : std::uint8_t { v0_1, v0_2 };

/// "0.1" or "0.2".
[[nodiscard]] std::string_view to_string(version v) noexcept;

/// A multipart message, first frame first.
using frames = std::vector<std::string>;

/// `head` with `tail` behind it.
[[nodiscard]] frames join(frames head, const frames& tail);

/// The frames in brackets, what is not printable ASCII as `\xNN`. Long frames and long messages are cut.
[[nodiscard]] std::string readable(const frames& message);

// -- between a client and the broker ------------------------------------------------------------------

[[nodiscard]] frames client_request(version v, const std::string& service, const frames& body);
/// 0.2 only: 0.1 has no such message.
[[nodiscard]] frames client_partial(const std::string& service, const frames& body);
/// REPLY in 0.1, FINAL in 0.2.
[[nodiscard]] frames client_final(version v, const std::string& service, const frames& body);

// -- between a worker and the broker ------------------------------------------------------------------

[[nodiscard]] frames worker_ready(version v, const std::string& service);
[[nodiscard]] frames worker_request(version v, const std::string& address, const frames& body);
/// 0.2 only.
[[nodiscard]] frames worker_partial(const std::string& address, const frames& body);
/// REPLY in 0.1, FINAL in 0.2.
[[nodiscard]] frames worker_final(version v, const std::string& address, const frames& body);
[[nodiscard]] frames worker_heartbeat(version v);
[[nodiscard]] frames worker_disconnect(version v);

// -- reading with a blind eye -------------------------------------------------------------------------

/// What the worker's side of a dialog can say.
enum class command : std::uint8_t { none, ready, request, partial, final, heartbeat, disconnect };

/// A message of the worker's dialog, taken apart as far as it can be: a check that looks at one thing
/// must not stumble over another.
struct worker_message {
  command what = command::none; ///< `none` if it is no message of this version's worker dialog
  std::string address;          ///< the first frame behind the command
  frames rest;                  ///< all frames behind the command
  frames body; ///< what is behind the first empty frame, or else behind the address
};

/// Whether an empty frame is in front does not matter here.
[[nodiscard]] worker_message read_worker_message(version v, const frames& message);

/// Whether the last frame is `text`.
[[nodiscard]] bool ends_with(const frames& message, std::string_view text);

} // namespace mdp::conformance
