#pragma once

#include "mdp/message.hpp"

#include <functional>

namespace mdp::actors {

/// Sends a part of the reply ahead of its end; may be called any number of times while the work
/// function runs. A 0.1 conversation cannot send parts: there they precede the final frames.
using send_part_function = std::function<void(message part)>;

/// Works on one request and returns the reply, or its last part. Called on a scheduler thread, one
/// call at a time for each handler; may block. An exception becomes the reply
/// `mdp-status 500 <what>`.
using work_function = std::function<message(message request, const send_part_function& send_part)>;

} // namespace mdp::actors
