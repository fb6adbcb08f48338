#pragma once

#include "mdp/net/socket_config.hpp"

#include <zmq.hpp>

#include <string_view>
#include <system_error>

namespace mdp::net {

/// What a listening socket of ours calls itself to a ZAP handler (RFC 27). Always set: without a
/// domain libzmq does not ask the handler about peers that come without CURVE.
inline constexpr std::string_view zap_domain = "mdp";

/// Sets every option that must be set before a socket binds or connects (T14). LINGER is 0 until
/// the socket is closed with another; a ROUTER is mandatory and never hands an identity over. The
/// first value that libzmq refuses, an unlimited high-water mark included, is the error. The
/// socket's thread only.
[[nodiscard]] std::error_code configure(zmq::socket_ref socket, const socket_config& config);

/// What is left to send when the socket is closed may take `linger` from now on; set before close.
/// The socket's thread only.
void set_linger(zmq::socket_ref socket, std::chrono::milliseconds linger);

} // namespace mdp::net
