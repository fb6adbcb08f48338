#pragma once

#include "mdp/message.hpp"

#include <optional>
#include <string>

namespace mdp::apps {

/// What a reply of one frame `mdp-status CODE TEXT` says: our brokers' and workers' way to tell a
/// client that something went wrong, as MDP itself has none (T12).
struct status_reply {
  unsigned code = 0;
  std::string text; ///< May be empty. Control characters are replaced: it is shown to people.

  [[nodiscard]] bool is_error() const noexcept { return code >= 400; }
};

/// Nothing if the reply is something else.
[[nodiscard]] std::optional<status_reply> read_status(const message& reply);

} // namespace mdp::apps
