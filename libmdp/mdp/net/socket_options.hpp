#pragma once

#include "mdp/net/socket_config.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace mdp::net {

/// What a listening socket of ours calls itself to a ZAP handler (RFC 27). Always set: without a
/// domain libzmq does not ask the handler about peers that come without CURVE.
inline constexpr std::string_view zap_domain = "mdp";

/// Sets every option that must be set before a socket binds or connects (T14). LINGER is 0 until
/// the socket is closed with another; a ROUTER is mandatory and never hands an identity over. The
/// first value that libzmq refuses, an unlimited high-water mark included, is the error; so is CURVE
/// without the certificate of who listens, or without the key of whom to connect to. The socket's
/// thread only.
[[nodiscard]] std::error_code configure(zmq::socket_ref socket, const socket_config& config);

/// Sets how the socket speaks CURVE or PLAIN, and nothing else of `config`. The errors are those of
/// configure(). The socket's thread only.
[[nodiscard]] std::error_code secure(zmq::socket_ref socket, const socket_config& config);

/// What the mechanism of a configured socket adds to each frame on the wire, in bytes. The socket's
/// thread only.
[[nodiscard]] std::size_t wrapping_bytes(zmq::socket_ref socket);

/// What has gone over a connection of a listening socket, at least, when its handshake is over and its
/// peer's part of it was right, in bytes. Whoever comes without keys and passwords has proved nothing, and
/// may have sent as much of what is no handshake.
struct handshake_traffic {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};

/// By the mechanism of a configured socket. The socket's thread only.
[[nodiscard]] handshake_traffic shortest_handshake(zmq::socket_ref socket);

/// What is left to send when the socket is closed may take `linger` from now on; set before close.
/// The socket's thread only.
void set_linger(zmq::socket_ref socket, std::chrono::milliseconds linger);

} // namespace mdp::net
