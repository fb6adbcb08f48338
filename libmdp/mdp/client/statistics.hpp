#pragma once

#include "mdp/engine/client_engine.hpp"
#include "mdp/engine/client_request.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace mdp {

/// What a client has done, and what it looks like at the moment.
struct client_statistics {
  engine::client_engine_counters engine;
  std::uint64_t answered = 0;
  std::uint64_t callback_failures = 0; ///< Callbacks and coroutines that threw.
  std::size_t open = 0;                ///< Requests.
  std::size_t connections = 0;         ///< Sockets, lanes included.

  /// Requests that ended so; those that were refused at once (`overloaded`, `bad_request`) as well.
  [[nodiscard]] std::uint64_t failed(engine::request_failure reason) const noexcept {
    return failures[static_cast<std::size_t>(reason)];
  }

  std::array<std::uint64_t, static_cast<std::size_t>(engine::request_failure::no_handshake) + 1>
    failures{};
};

} // namespace mdp
