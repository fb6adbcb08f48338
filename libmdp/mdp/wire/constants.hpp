#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mdp::wire {

/// The two dialects of MDP. The command codes moved between them (T2), so nothing may interpret a
/// command byte without knowing which one it reads.
enum class protocol_version : std::uint8_t {
  v0_1, ///< RFC 7
  v0_2, ///< RFC 18
};

/// "0.1" or "0.2".
constexpr std::string_view to_string(protocol_version version) noexcept {
  return version == protocol_version::v0_1 ? "0.1" : "0.2";
}

inline constexpr std::string_view client_header_v0_1 = "MDPC01"; // 7-7
inline constexpr std::string_view worker_header_v0_1 = "MDPW01"; // 7-14
inline constexpr std::string_view client_header_v0_2 = "MDPC02"; // 18-2
inline constexpr std::string_view worker_header_v0_2 = "MDPW02"; // 18-7

/// Service names that start so belong to the broker itself (8-1).
inline constexpr std::string_view mmi_prefix = "mmi.";

/// The extra frame behind the service name in READY that announces how many requests a worker takes
/// at a time; our extension, ignored by brokers that do not know it.
inline constexpr std::string_view capacity_prefix = "capacity=";

/// The extra frame behind that in READY, and in a worker's HEARTBEAT, which says how loaded it is, in
/// thousandths; our extension as well. It is in HEARTBEAT only if the broker has asked for it.
inline constexpr std::string_view load_prefix = "load=";

/// The extra frame by which a broker asks for it, in its own HEARTBEAT.
inline constexpr std::string_view load_question = "load?";

/// The extra frame behind those in READY by which a worker asks who asks; our extension, ignored by brokers
/// that do not know it.
inline constexpr std::string_view user_question = "user?";

/// The extra frame between address and delimiter in each REQUEST to a worker that has asked: the user, or
/// nothing behind the sign where it is nobody.
inline constexpr std::string_view user_prefix = "user=";

/// The extra frame behind that in READY, the last one: the public key that bodies for this worker can be
/// sealed for, in Z85, which makes 40 characters of 32 bytes.
inline constexpr std::string_view key_prefix = "key=";
inline constexpr std::size_t key_characters = 40;

/// Command codes of RFC 7; one byte each on the wire (7-19).
namespace v0_1 {
inline constexpr std::uint8_t worker_ready = 0x01;
inline constexpr std::uint8_t worker_request = 0x02;
inline constexpr std::uint8_t worker_reply = 0x03;
inline constexpr std::uint8_t worker_heartbeat = 0x04;
inline constexpr std::uint8_t worker_disconnect = 0x05;
} // namespace v0_1

/// Command codes of RFC 18 (18-2, 18-3, 18-7 to 18-9).
namespace v0_2 {
inline constexpr std::uint8_t client_request = 0x01;
inline constexpr std::uint8_t client_partial = 0x02;
inline constexpr std::uint8_t client_final = 0x03;
inline constexpr std::uint8_t worker_ready = 0x01;
inline constexpr std::uint8_t worker_request = 0x02;
inline constexpr std::uint8_t worker_partial = 0x03;
inline constexpr std::uint8_t worker_final = 0x04;
inline constexpr std::uint8_t worker_heartbeat = 0x05;
inline constexpr std::uint8_t worker_disconnect = 0x06;
} // namespace v0_2

} // namespace mdp::wire
