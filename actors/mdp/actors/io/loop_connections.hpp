#pragma once

#include "mdp/actors/io/loop_sockets.hpp"

#include <vector>

namespace mdp::actors::io {

/// Takes the news of a socket's monitor. Of a ROUTER's: counts its connections, hangs up on those that
/// come beyond what it may have, and reports; of a DEALER's: reports a handshake that has failed. The
/// loop's thread only.
void take_news(loop_socket& socket, time_point now, std::vector<loop_report>& reports);

/// Looks whether a ROUTER's connections receive messages that do not end, or too much of them
/// together. Whoever is suspect is hung up on when all that can be read has been read; see
/// `peers::endless_messages`.
void look_for_endless(loop_socket& socket, time_point now, std::vector<loop_report>& reports);

/// Everything that could be read has been read: hangs up on those that are still suspect.
void hang_up_on_endless(loop_socket& socket, time_point now, std::vector<loop_report>& reports);

} // namespace mdp::actors::io
