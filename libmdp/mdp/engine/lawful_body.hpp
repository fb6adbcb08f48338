#pragma once

#include "mdp/message.hpp"

#include <utility>

namespace mdp::engine {

/// What a user's program hands over as a body, made into one that may go over the wire: RFC 7 and 18
/// want one frame at least, and that may be empty (T11).
[[nodiscard]] inline message lawful_body(message body) {
  if (body.empty())
    body.append(frame{});
  return body;
}

} // namespace mdp::engine
