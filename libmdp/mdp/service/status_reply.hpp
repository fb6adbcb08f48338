#pragma once

#include "mdp/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mdp {

/// The reply that tells a client that something went wrong, as MDP itself has no word for it (T12):
/// one frame `mdp-status CODE TEXT`. `code` has three digits. Of `text` at most
/// `defaults::max_status_text_bytes` are taken; control characters in it become spaces.
[[nodiscard]] message status_reply(int code, std::string_view text);

/// What such a reply says.
struct reply_status {
  unsigned code = 0;
  std::string text; ///< May be empty. Control characters are replaced: it is shown to people.

  [[nodiscard]] bool is_error() const noexcept { return code >= 400; }
};

/// Nothing if the reply is something else.
[[nodiscard]] std::optional<reply_status> read_status(const message& reply);

} // namespace mdp
