#pragma once

#include "mdp/actors/io/loop_sockets.hpp"

#include <cstddef>
#include <vector>

namespace mdp::actors::io {

/// Sends a message, or parks it when its peer has no room or others wait in front of it (T14, T21).
/// What cannot reach its peer becomes a `peer_unreachable`, so that every message is either with
/// libzmq, parked or reported. `socket` may be null: then it was closed meanwhile. Loop thread
/// only. Throws context_terminated.
void send_or_park(loop_socket* socket, send_frames& command, time_point now,
                  std::vector<loop_report>& reports);

/// Tries what is parked and due, at most `allowance` messages, which it counts down. Loop thread
/// only. Throws context_terminated.
void retry_parked(loop_socket& socket, std::size_t& allowance, time_point now,
                  std::vector<loop_report>& reports);

} // namespace mdp::actors::io
