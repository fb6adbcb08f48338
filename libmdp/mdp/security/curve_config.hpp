#pragma once

#include "mdp/security/public_key.hpp"

#include <memory>
#include <optional>

namespace mdp::security {

class certificate;

/// How a socket speaks CURVE (RFC 26), which encrypts what is sent and proves who both are. Without any
/// of this it does not.
struct curve_config {
  /// Who we are. Whoever listens must have one; who connects without one is nobody in particular, by
  /// a key made for that socket.
  std::shared_ptr<const certificate> own;
  /// Whom we connect to: nobody else can pretend to be the broker. For sockets that connect.
  std::optional<public_key> server;

  [[nodiscard]] bool is_on() const noexcept { return own || server; }
};

} // namespace mdp::security
