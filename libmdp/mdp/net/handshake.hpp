#pragma once

#include "mdp/net/socket_config.hpp"

#include <cstdint>
#include <string>

namespace mdp::net {

/// How a handshake of a socket that connects has ended.
enum class handshake_end : std::uint8_t {
  succeeded,
  refused, ///< by name: whoever listens does not let in who we are, or our address (ZAP's 400)
  broken,  ///< in the middle: another mechanism, a wrong server key, or something that is no ZeroMQ
};

/// What to look at after a handshake that was `refused` or `broken`, of a socket with these options: a
/// clause for a log line. Nobody says which of its causes a broken one has; the options rule out some.
[[nodiscard]] std::string explain(handshake_end how, const socket_config& options);

} // namespace mdp::net
