#pragma once

#include "mdp/service/request_handler.hpp"

#include <functional>

namespace mdp::actors {

using mdp::send_part_function;

/// One shape of a `request_handler`: works on one request and returns the reply, or its last part. A
/// 0.1 conversation cannot send parts: there they precede the final frames.
using work_function = std::function<message(message request, const send_part_function& send_part)>;

} // namespace mdp::actors
