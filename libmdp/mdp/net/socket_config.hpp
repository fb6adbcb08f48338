#pragma once

#include "mdp/defaults.hpp"
#include "mdp/net/net_defaults.hpp"
#include "mdp/security/curve_config.hpp"
#include "mdp/security/plain_config.hpp"

#include <chrono>
#include <cstddef>

namespace mdp::net {

/// What every socket of ours gets set before it binds or connects; explicit, because libzmq's own
/// defaults include unlimited messages, endless linger and silent drops (T14).
struct socket_config {
  int send_high_water_mark = defaults::high_water_mark;
  int receive_high_water_mark = defaults::high_water_mark;
  std::size_t max_message_bytes = defaults::max_message_bytes; ///< ZMQ_MAXMSGSIZE, a frame's bound
  std::chrono::milliseconds zmtp_heartbeat_interval = defaults::zmtp_heartbeat_interval;
  std::chrono::milliseconds zmtp_heartbeat_timeout = defaults::zmtp_heartbeat_timeout;
  /// A listener's: whom no ZAP handler lets in stays out, also when there is none (any more).
  bool is_guarded = false;
  /// A listener's: who is not through by then is hung up on (ZMQ_HANDSHAKE_IVL).
  std::chrono::milliseconds handshake_timeout = defaults::handshake_timeout;
  security::curve_config curve; ///< Encryption; without it there is none.
  security::plain_config plain; ///< Names and passwords, in the clear; not beside CURVE.
  int backlog = 1024;           ///< Connections the kernel holds until they are accepted.
};

} // namespace mdp::net
