#pragma once

#include "mdp/defaults.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// What a client asks, on what terms, and why it may have no answer.
namespace mdp::engine {

struct client_question {
  std::string service;
  message body;
  /// When the answer is of no use any more, whatever is left to try.
  time_point deadline = never;
};

struct request_terms {
  /// How long an attempt may be silent before it is given up; more than zero.
  duration timeout = defaults::client_timeout;
  /// How often a request is sent in all; at least 1.
  std::uint32_t attempts = defaults::client_attempts;
  /// Whether a reply that broke off after some of its parts is asked for again, from its beginning.
  bool restart = true;
  /// Whether it wants a line that can be left unread without holding others up.
  bool alone = false;
};

/// Why a request has no (whole) reply. Each is a counter. The last one is `no_handshake`.
enum class request_failure : std::uint8_t {
  timed_out,       ///< all attempts are used up
  deadline_passed, ///< the request's own deadline came first
  broker_lost,     ///< the connection ended, and no attempts are left
  stream_broken,   ///< parts came, then no more, and they cannot be taken back
  cancelled,       ///< by whoever asked, or because the client ends
  overloaded,      ///< the client has as many requests open as it may; nothing was sent
  bad_request,     ///< not a service's name, or too large; nothing was sent
  wrong_thread,    ///< a callback may not wait for a reply: its own thread brings it
  refused,         ///< the broker does not let us in, as who we are; no attempts are left
  no_handshake,    ///< connecting to the broker has failed in the middle; no attempts are left
};

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(request_failure reason) noexcept;

} // namespace mdp::engine
