#pragma once

#include "mdp/engine/queue_defaults.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/shared_frame.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace mdp::engine {

/// How urgent a request is; the broker's configuration says, never the client.
enum class priority : std::uint8_t { high, normal, low };

inline constexpr std::size_t priority_count = static_cast<std::size_t>(priority::low) + 1;

/// The enumerator's name, as in configuration.
[[nodiscard]] constexpr std::string_view to_string(priority urgency) noexcept {
  constexpr std::string_view names[] = {"high", "normal", "low"};
  static_assert(std::size(names) == priority_count);
  return names[static_cast<std::size_t>(urgency)];
}

/// A client's request on its way through the broker, in no protocol version.
struct job {
  job_id id;
  shared_frame client_address; ///< What a worker is shown as the client's address (7-15).
  message body;
  time_point deadline = never; ///< Not dispatched any more from then on (7-12).
  priority urgency = priority::normal;
  bool was_accepted = false;   ///< By another queue, which has given it back.
  attempt_number attempts = 0; ///< Tries begun before it came to this queue.
  /// The name it was asked for under, where the queue has another one (a pattern's); else empty.
  shared_frame service{};
  shared_frame user{}; ///< Who asks, by CURVE; empty without it.

  /// Bytes of memory the job holds on to (T23). Its client's address and user are the client's, the name is its own.
  [[nodiscard]] std::size_t footprint() const noexcept {
    return sizeof(job) + defaults::job_bookkeeping_bytes + body.footprint() + service.footprint();
  }
};

/// Why a request ends without a worker's answer. Each is a counter; MDP itself has no word for any
/// of them, so by default the client hears nothing (T12).
enum class refusal : std::uint8_t {
  queue_full,         ///< too many requests wait for this service
  memory_full,        ///< the requests of this service hold too much memory
  window_full,        ///< this client has too many open requests
  client_memory_full, ///< the open requests of this client hold too much memory
  broker_full,        ///< the whole broker has too many open requests
  broker_memory_full, ///< all open requests together hold too much memory
  too_many_services,  ///< the broker knows as many service names as it may (T8)
  expired,            ///< it waited longer than its time to live
  attempts_used_up,   ///< every worker that tried it was lost
  partials_too_large, ///< a 0.1 client's held-back partial replies went over their bound (T4)
  discarded,          ///< a router or a rule of routing would not have it
  router_full,        ///< too many requests wait for a router's verdict
  router_memory_full, ///< what waits for a router's verdict holds too much memory
  router_failed,      ///< routers have failed of it, or sent it nowhere
  worker_gone,        ///< the one worker it was meant for is not there, or has left
  stopping,           ///< the broker is shutting down
  not_allowed,        ///< the rules of access do not let this user call this service
  too_fast,           ///< the user's requests are more a second than the rules let him have
};

inline constexpr std::size_t refusal_count = static_cast<std::size_t>(refusal::too_fast) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] constexpr std::string_view to_string(refusal reason) noexcept {
  constexpr std::string_view names[] = {"queue_full",         "memory_full",   "window_full",
                                        "client_memory_full", "broker_full",   "broker_memory_full",
                                        "too_many_services",  "expired",       "attempts_used_up",
                                        "partials_too_large", "discarded",     "router_full",
                                        "router_memory_full", "router_failed", "worker_gone",
                                        "stopping",           "not_allowed",   "too_fast"};
  static_assert(std::size(names) == refusal_count);
  return names[static_cast<std::size_t>(reason)];
}

} // namespace mdp::engine
