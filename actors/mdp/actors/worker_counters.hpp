#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/engine/worker_engine.hpp"

#include <cstdint>
#include <string_view>

namespace mdp::actors {

/// What a worker's process has dropped or refused since it started, in all its conversations, by
/// reason. Nothing is dropped without one of these. Thread-safe.
struct worker_counters {
  counter late_messages;     ///< of a broker, when the conversation was over
  counter invalid_messages;  ///< of a broker, that are not MDP
  counter surplus_requests;  ///< more than the capacity
  counter untaken_requests;  ///< came when the worker was stopping; the broker gives them to others
  counter lost_requests;     ///< at hand when a conversation ended; the broker gives them to others
  counter refused_replies;   ///< to requests that were not at hand any more
  counter overrun_replies;   ///< collected for MDP 0.1, and too large
  counter undelivered;       ///< messages to a broker whose socket had failed, or been closed
  counter failed_handshakes; ///< with a broker that does not let us in, or that is none
  counter outbox_refused;    ///< messages to a broker that the loop had no room for

  /// Adds what one conversation has counted since `before`.
  void add(const engine::worker_engine_counters& before,
           const engine::worker_engine_counters& now) noexcept {
    late_messages.add(now.late_messages - before.late_messages);
    invalid_messages.add(now.invalid_messages - before.invalid_messages);
    surplus_requests.add(now.surplus_requests - before.surplus_requests);
    untaken_requests.add(now.untaken_requests - before.untaken_requests);
    lost_requests.add(now.lost_requests - before.lost_requests);
    refused_replies.add(now.refused_replies - before.refused_replies);
    overrun_replies.add(now.overrun_replies - before.overrun_replies);
  }

  /// Calls `visit(name, value)` for each, so that no list of them can forget one.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit(std::string_view("late messages"), late_messages.value());
    visit(std::string_view("invalid messages"), invalid_messages.value());
    visit(std::string_view("surplus requests"), surplus_requests.value());
    visit(std::string_view("untaken requests"), untaken_requests.value());
    visit(std::string_view("lost requests"), lost_requests.value());
    visit(std::string_view("refused replies"), refused_replies.value());
    visit(std::string_view("overrun replies"), overrun_replies.value());
    visit(std::string_view("undelivered messages"), undelivered.value());
    visit(std::string_view("messages without room"), outbox_refused.value());
    visit(std::string_view("failed handshakes"), failed_handshakes.value());
  }
};

} // namespace mdp::actors
