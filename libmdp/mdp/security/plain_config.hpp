#pragma once

#include "mdp/security/secret.hpp"

#include <memory>
#include <string>

namespace mdp::security {

/// How a socket speaks PLAIN (RFC 24): who connects says a name and a password, in the clear. Without
/// any of this it does not.
struct plain_config {
  bool is_listener =
    false;          ///< Asks each peer for its name and password; a ZAP handler checks them.
  std::string user; ///< Who connects: up to 255 bytes each.
  std::shared_ptr<const secret> password;

  [[nodiscard]] bool is_on() const noexcept { return is_listener || !user.empty(); }
};

} // namespace mdp::security
