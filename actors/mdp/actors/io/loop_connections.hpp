#pragma once

#include "mdp/actors/io/loop_sockets.hpp"

#include <vector>

namespace mdp::actors::io {

/// Takes the news of a ROUTER's monitor: counts its connections, hangs up on those that come beyond
/// what it may have, and reports. The loop's thread only.
void take_news(loop_socket& socket, time_point now, std::vector<loop_report>& reports);

} // namespace mdp::actors::io
