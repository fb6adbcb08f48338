#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mdp::wire {

/// Every way in which a peer's multipart can fail to be MDP. All of them mean "invalid" in the
/// sense of 7-31: drop the message, treat the peer as invalid. Each is a counter.
enum class decode_error : std::uint8_t {
  no_frames,             ///< nothing at all
  probe,                 ///< one empty frame: ZMQ_PROBE_ROUTER's greeting, no offence (T19)
  too_many_frames,       ///< over `limits::max_frames`
  too_many_bytes,        ///< over `limits::max_bytes`
  missing_header,        ///< ends before a protocol header
  unknown_header,        ///< the header is none of MDP's
  unsupported_version,   ///< "MDPC"/"MDPW" with a version that is not 01 or 02 (T20)
  unexpected_header,     ///< MDP, but not for this side or version: a client's header to a worker
  missing_delimiter,     ///< 0.1 without the empty frame in front
  unexpected_delimiter,  ///< 0.2 with an empty frame in front and nothing before it (T3)
  unexpected_envelope,   ///< address frames in front of what may have none (a worker's message)
  envelope_too_long,     ///< over `limits::max_envelope` address frames
  missing_command,       ///< ends before the command
  bad_command_size,      ///< a command that is not exactly one byte (7-19)
  unknown_command,       ///< a command byte the protocol does not define
  unexpected_command,    ///< defined, but for the other direction
  missing_service,       ///< ends before the service name
  empty_service_name,    ///< zero bytes (T11)
  service_name_too_long, ///< over `limits::max_service_name`
  bad_service_name,      ///< something else than printable ASCII without spaces (T11)
  missing_body,          ///< no body frame where one is required (7-7, 7-15, 7-16)
  missing_address,       ///< ends before the client address
  empty_address,         ///< a client address of zero bytes
  address_too_long,      ///< a client address or envelope frame over `limits::max_address`
  missing_address_delimiter, ///< the client address is not followed by an empty frame (7-34)
  surplus_frames,            ///< more frames than the command has
  bad_capacity,              ///< READY says `capacity=`, but no number in bounds behind it
  bad_load,                  ///< the same for `load=`, in READY or in a worker's HEARTBEAT
};

inline constexpr std::size_t decode_error_count =
  static_cast<std::size_t>(decode_error::bad_load) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(decode_error error) noexcept;

} // namespace mdp::wire
