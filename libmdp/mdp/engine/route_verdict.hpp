#pragma once

#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

/// What a router is asked, and what it may say. A router stands between clients and services: it is
/// asked about each request on its way to a service, and about each reply on its way back, and its
/// verdict is what happens. `route_gate` asks, and does what the verdict says.
namespace mdp::engine {

/// Names one question to a router; given once, never used again within a gate.
struct route_ticket {
  std::uint64_t value = 0;
  friend auto operator<=>(const route_ticket&, const route_ticket&) = default;
};

/// Why a router is asked about a request once more: what it said could not be done.
enum class route_problem : std::uint8_t {
  none,
  worker_gone, ///< it named a worker that is not there, or not any more
  bad_service, ///< it named no service: a name under `mmi.`, or none at all
};

inline constexpr std::size_t route_problem_count =
  static_cast<std::size_t>(route_problem::bad_service) + 1;

/// The enumerator's name, as used in logs.
[[nodiscard]] constexpr std::string_view to_string(route_problem problem) noexcept {
  constexpr std::string_view names[] = {"none", "worker_gone", "bad_service"};
  static_assert(std::size(names) == route_problem_count);
  return names[static_cast<std::size_t>(problem)];
}

/// A request as a router sees it.
struct routed_request {
  route_ticket ticket;
  std::string service; ///< As it was asked for, or as the router in front has put it.
  frame client;        ///< The client's routing id.
  std::string user;    ///< Who the client has proved to be; empty: nobody.
  message body;
  time_point deadline = never; ///< Nobody waits for a verdict from then on.
  attempt_number attempts = 0; ///< Workers that have tried it.
  route_problem problem = route_problem::none;
};

/// A reply, or a part of one, as a router sees it.
struct routed_reply {
  route_ticket ticket;
  std::string service;     ///< As the request was asked for.
  std::string answered_by; ///< The service that has answered.
  frame client;
  std::string user;
  frame worker; ///< The worker's routing id; empty for a service inside the process.
  message body;
  bool is_final = true;
  attempt_number attempt = 0;
};

/// To the service that was asked for.
struct forward_on {};

/// To another service. What the client sees as the service's name stays what it asked for.
struct forward_to {
  std::string service;
};

/// To this worker and to no other, whatever the service's policy; the request waits if it is full.
struct give_to_worker {
  frame routing_id;      ///< As `mmi.workers` lists it, but as bytes.
  std::string service{}; ///< Which it offers; empty: the one that was asked for.
};

/// The client has its reply, and no service hears of it.
struct reply_with {
  message body;
};

/// The client gets no answer, or the status that stands for that. Counted by `reason`.
struct discard {
  std::string reason;
};

/// Later: the same ticket will be decided, or will be gone. Others are asked about meanwhile.
struct hold {};

/// What becomes of a request. `body` is what takes the place of its body; nothing: it stays.
struct request_verdict {
  using decision = std::variant<forward_on, forward_to, give_to_worker, reply_with, discard, hold>;

  template <class Decision>
    requires std::is_constructible_v<decision, Decision&&> &&
      (!std::is_same_v<std::decay_t<Decision>, request_verdict>)
        request_verdict(Decision&& what, // NOLINT(google-explicit-constructor): `return hold{};`
                        std::optional<message> rewritten = {})
        : what(std::forward<Decision>(what)), body(std::move(rewritten)) {}

    decision what;
    std::optional<message> body;
};

/// What becomes of a reply. A discarded part is left out; a discarded end ends the request as if it
/// had been discarded itself.
struct reply_verdict {
  using decision = std::variant<forward_on, discard, hold>;

  template <class Decision>
    requires std::is_constructible_v<decision, Decision&&> &&
      (!std::is_same_v<std::decay_t<Decision>, reply_verdict>)reply_verdict(
        Decision&& what, // NOLINT(google-explicit-constructor): `return forward_on{};`
        std::optional<message> rewritten = {})
        : what(std::forward<Decision>(what)), body(std::move(rewritten)) {}

    decision what;
    std::optional<message> body;
};

/// How a request left its gate; for counters. `hold` is none.
enum class route_outcome : std::uint8_t { forwarded, renamed, to_worker, answered, discarded };

inline constexpr std::size_t route_outcome_count =
  static_cast<std::size_t>(route_outcome::discarded) + 1;

/// The enumerator's name, as used in metrics.
[[nodiscard]] constexpr std::string_view to_string(route_outcome outcome) noexcept {
  constexpr std::string_view names[] = {"forwarded", "renamed", "to_worker", "answered",
                                        "discarded"};
  static_assert(std::size(names) == route_outcome_count);
  return names[static_cast<std::size_t>(outcome)];
}

} // namespace mdp::engine
