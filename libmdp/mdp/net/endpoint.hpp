#pragma once

#include <zmq.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace mdp::net {

/// What an endpoint is meant for: only what listens may leave the interface, the port or the path
/// to the system (`*`).
enum class endpoint_use : std::uint8_t { bind, connect };

/// Why `endpoint` cannot be used so, in one line for whoever typed it; nothing when it can. Knows
/// `tcp://`, `ipc://` and `inproc://`. Whether the port is free or the host exists is not asked.
/// Thread-safe.
[[nodiscard]] std::optional<std::string> check_endpoint(std::string_view endpoint,
                                                        endpoint_use use);

/// Whether only this machine can reach what listens at `endpoint`: ipc, inproc, or a loopback address.
[[nodiscard]] bool is_local(std::string_view endpoint) noexcept;

/// Whether libzmq has to be told that `endpoint` speaks IPv6, that is, names it by number.
[[nodiscard]] bool is_ipv6_literal(std::string_view endpoint) noexcept;

/// Where `socket` was last bound or connected, with a `*` resolved. The socket's thread only.
[[nodiscard]] std::string last_endpoint(zmq::socket_ref socket);

/// Listens or connects at an endpoint; an IPv6 literal switches IPv6 on for that one alone. The
/// socket's thread only.
[[nodiscard]] std::error_code bind(zmq::socket_ref socket, const std::string& endpoint);
[[nodiscard]] std::error_code connect(zmq::socket_ref socket, const std::string& endpoint);

} // namespace mdp::net
