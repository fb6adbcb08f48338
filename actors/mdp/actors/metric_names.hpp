#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/actors/routing_counters.hpp"
#include "mdp/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

/// What a broker measures, by name: the one list from which `mmi.stats` and the Prometheus endpoint
/// are made, so that neither can forget a counter or call it otherwise.
namespace mdp::actors {

enum class metric_kind : std::uint8_t { counter, gauge };

/// The one label there is: why. A metric either has it on all its samples or on none.
inline constexpr std::string_view reason_label = "reason";

/// Gets each sample of a metric; `reason` is empty where there is none.
using sample_visitor = std::function<void(std::string_view reason, std::uint64_t value)>;

struct broker_metric {
  std::string_view name;
  std::string_view help;
  metric_kind kind = metric_kind::counter;
  /// Calls the visitor for each sample, as it is at `now`.
  void (*read)(const broker_counters&, time_point now, const sample_visitor&) = nullptr;
};

namespace detail {

/// A sample for each enumerator.
template <class Enum, std::size_t Count>
void read_all(const counters_by<Enum, Count>& counters, const sample_visitor& visit) {
  for (std::size_t i = 0; i < Count; ++i)
    visit(to_string(static_cast<Enum>(i)), counters.value(static_cast<Enum>(i)));
}

/// A sample of a single counter or gauge.
template <auto Member>
void read_one(const broker_counters& all, time_point, const sample_visitor& visit) {
  visit({}, (all.*Member).value());
}

/// The samples of a member that counts by reason.
template <auto Member>
void read_by_reason(const broker_counters& all, time_point, const sample_visitor& visit) {
  read_all(all.*Member, visit);
}

} // namespace detail

inline constexpr broker_metric broker_metrics[] = {
  // what arrives
  {"mdp_broker_messages_invalid_total", "Messages that were not MDP and were dropped.",
   metric_kind::counter, detail::read_by_reason<&broker_counters::invalid_messages>},
  {"mdp_broker_messages_dropped_total",
   "Valid messages that were dropped because of who sent them.", metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("violation", all.violations.value());
     visit("turned_away", all.turned_away.value());
     visit("house_full", all.house_full.value());
     visit("wrong_door", all.wrong_door.value());
     visit("takeover", all.takeovers.value());
     visit("user_full", all.user_full.value());
     visit("told_to_go", all.ignored.value());
     visit("peer_ended", all.unread.value());
     visit("not_serving", all.not_serving.value());
   }},
  // peers
  {"mdp_broker_clients_total", "Clients that were let in.", metric_kind::counter,
   detail::read_one<&broker_counters::clients>},
  {"mdp_broker_workers_total", "Workers that were let in.", metric_kind::counter,
   detail::read_one<&broker_counters::workers>},
  {"mdp_broker_clients_ended_total", "Sessions of clients that ended.", metric_kind::counter,
   detail::read_by_reason<&broker_counters::ended_clients>},
  {"mdp_broker_workers_ended_total", "Connections of workers that ended.", metric_kind::counter,
   detail::read_by_reason<&broker_counters::ended_workers>},
  {"mdp_broker_peers_failed_total", "Sessions and connections that ended by a bug of the broker's.",
   metric_kind::counter, detail::read_one<&broker_counters::failed_peers>},
  {"mdp_broker_registrations_refused_total", "Workers whose service found no room.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit(to_string(engine::refusal::too_many_services), all.registrations_refused.value());
   }},
  {"mdp_broker_connections_lost_total", "Connections of clients and workers that ended.",
   metric_kind::counter, detail::read_one<&broker_counters::lost_connections>},
  {"mdp_broker_connections_refused_total", "Connections that were not let in.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("too_many", all.refused_connections.value());
     visit("half_open", all.ended_handshakes.value());
     visit("accept_failed", all.accept_failures.value());
   }},
  {"mdp_broker_connections_not_admitted_total", "Connections that the rules did not let in.",
   metric_kind::counter, detail::read_by_reason<&broker_counters::not_admitted>},
  {"mdp_broker_connections_removed_total",
   "Connections that were ended, as their user is in the store no more.", metric_kind::counter,
   detail::read_one<&broker_counters::removed_users>},
  {"mdp_broker_key_reloads_total",
   "Times the store of keys or users was read again, by what came of it.", metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("changed", all.key_reloads.value());
     visit("failed", all.key_reload_failures.value());
   }},
  {"mdp_broker_connections_endless_total",
   "Connections that were ended, as their message did not end.", metric_kind::counter,
   detail::read_one<&broker_counters::endless_connections>},
  {"mdp_broker_connections_crowding_total",
   "Connections that were ended, as all unfinished messages together held too much.",
   metric_kind::counter, detail::read_one<&broker_counters::crowding_connections>},
  {"mdp_broker_peers_lost_total", "Peers that could not be sent to any more.", metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("too_slow", all.slow_peers.value());
     visit("gone", all.unreachable_peers.value());
   }},
  {"mdp_broker_messages_undelivered_total", "Messages to peers that could not be sent.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("peer_lost", all.undelivered.value());
     visit("outbox_full", all.outbox_refused.value());
   }},
  // requests
  {"mdp_broker_requests_accepted_total", "Requests that were queued or given to a worker.",
   metric_kind::counter, detail::read_one<&broker_counters::accepted>},
  {"mdp_broker_requests_answered_total", "Requests that a worker has answered.",
   metric_kind::counter, detail::read_one<&broker_counters::answered>},
  {"mdp_broker_requests_retried_total", "Requests given up by a lost worker and queued again.",
   metric_kind::counter, detail::read_one<&broker_counters::retried>},
  {"mdp_broker_requests_cancelled_total", "Requests whose client had gone.", metric_kind::counter,
   detail::read_one<&broker_counters::cancelled>},
  {"mdp_broker_requests_refused_total", "Requests that end without a worker's answer.",
   metric_kind::counter, detail::read_by_reason<&broker_counters::refused>},
  {"mdp_broker_answers_dropped_total", "Answers of workers that went to nobody.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("late", all.late_answers.value());
     visit("client_gone", all.unwanted_answers.value());
     visit("request_over", all.superfluous_answers.value());
   }},
  {"mdp_broker_dead_letters_total", "Requests whose attempts were used up.", metric_kind::counter,
   detail::read_one<&broker_counters::dead_letters>},
  {"mdp_broker_dead_letters_redirected_total", "Requests handed to the dead-letter service.",
   metric_kind::counter, detail::read_one<&broker_counters::dead_letters_redirected>},
  {"mdp_broker_dead_letters_lost_total", "Requests that the dead-letter service did not get done.",
   metric_kind::counter, detail::read_by_reason<&broker_counters::dead_letters_lost>},
  // routing
  {"mdp_broker_router_questions_total", "Requests and replies that routers were asked about.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, routing_of(all).asked.value());
   }},
  {"mdp_broker_router_questions_repeated_total",
   "Of these, asked once more as a router was lost that had not decided.", metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, routing_of(all).asked_again.value());
   }},
  {"mdp_broker_router_verdicts_total", "Requests that routers have decided.", metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     detail::read_all(routing_of(all).outcomes, visit);
   }},
  {"mdp_broker_router_mistakes_total", "Verdicts of routers that could not be carried out.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, routing_of(all).mistakes.value());
   }},
  {"mdp_broker_router_verdicts_dropped_total",
   "Verdicts about what was decided or gone, or of a router that is lost.", metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, routing_of(all).late_verdicts.value());
   }},
  {"mdp_broker_discarded_total", "Requests and replies that routers and rules have discarded.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     routing_of(all).discarded.for_each(visit);
   }},
  {"mdp_broker_rules_applied_total", "What rules of routing have done with requests.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     const auto& routing = routing_of(all);
     visit("renamed", routing.renamed_by_rule.value());
     visit("mirrored", routing.mirrored.value());
     visit("discarded", routing.discarded_by_rule.value());
   }},
  {"mdp_broker_mirror_answers_dropped_total", "Answers to mirrored requests, which go to nobody.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, routing_of(all).mirror_answers.value());
   }},
  {"mdp_broker_mirrors_refused_total", "Mirrored requests that were not answered.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     detail::read_all(routing_of(all).mirrors_refused, visit);
   }},
  {"mdp_broker_router_waiting", "Requests and replies without a router's verdict just now.",
   metric_kind::gauge,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     const auto& routing = routing_of(all);
     visit("request", routing.undecided.value());
     visit("request_held", routing.held.value());
     visit("reply", routing.replies.value());
   }},
  // management
  {"mdp_broker_mmi_questions_total", "Requests under mmi.", metric_kind::counter,
   detail::read_one<&broker_counters::mmi_questions>},
  {"mdp_broker_mmi_failed_total", "Requests under mmi. that were not answered in full.",
   metric_kind::counter,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit("bad_question", all.mmi_refused.value());
     visit("overloaded", all.mmi_overloaded.value());
     visit("incomplete", all.mmi_incomplete.value());
   }},
  // just now
  {"mdp_broker_sessions", "Clients just now.", metric_kind::gauge,
   detail::read_one<&broker_counters::sessions>},
  {"mdp_broker_connections", "Workers just now.", metric_kind::gauge,
   detail::read_one<&broker_counters::connections>},
  {"mdp_broker_services", "Services just now.", metric_kind::gauge,
   detail::read_one<&broker_counters::services>},
  {"mdp_broker_requests_open", "Requests waiting or with a worker.", metric_kind::gauge,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, all.budget ? all.budget->requests() : 0);
   }},
  {"mdp_broker_requests_bytes", "Memory of these, and of partial replies held back.",
   metric_kind::gauge,
   [](const broker_counters& all, time_point, const sample_visitor& visit) {
     visit({}, all.budget ? all.budget->bytes() : 0);
   }},
  {"mdp_broker_uptime_seconds", "Time since the broker began.", metric_kind::gauge,
   [](const broker_counters& all, time_point now, const sample_visitor& visit) {
     const auto age = std::chrono::duration_cast<std::chrono::seconds>(all.age(now));
     visit({}, static_cast<std::uint64_t>(age.count()));
   }},
};

} // namespace mdp::actors
