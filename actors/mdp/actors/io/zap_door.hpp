#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/security/admission.hpp"

#include <zmq.hpp>

#include <system_error>
#include <vector>

namespace mdp::actors::io {

/// Answers libzmq's questions about who may connect (RFC 27), in the loop and from memory: while it is
/// asked the peer's handshake waits, and all later ones behind it.
///
/// There is one handler in a context. It must be bound before the first socket it guards, and closed
/// after the last: where libzmq finds no handler it lets everybody in. Loop thread only.
class zap_door {
public:
  /// Throws zmq::error_t if there is a handler already.
  zap_door(zmq::context_t& context, security::admission rules);

  /// Answers what was asked, but no more than some in one turn; who is refused is reported. True when
  /// there may be more.
  bool answer(time_point now, std::vector<loop_report>& reports);

  [[nodiscard]] zmq::socket_ref handle() noexcept { return socket_; }

private:
  zmq::socket_t socket_;
  security::admission rules_;
};

} // namespace mdp::actors::io
