#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/route_verdict.hpp"
#include "mdp/engine/routing_defaults.hpp"
#include "mdp/engine/waiting_lanes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

/// Where requests and replies wait for a router's verdict.
///
///     submit             ask               forward, rename, to a worker            answer
///     ──────► WAITING ───────► ASKED ─────────────────────────────────► FORWARDED ───────► ...
///               ▲  ▲             │ ├─ hold ──► HELD ── verdict ──►          │
///               │  └─ router ────┘ ├─ reply ─► answered                     │ that worker is gone:
///               │     is lost      └─ discard ► refused                     │ asked anew
///               └───────────────────────────────────────────────────────────┘
///
/// A reply that comes back waits in the same way, and those of one request, parts and all, leave in
/// the order they came. Every request leaves by exactly one action: an answer or a refusal, or none
/// after cancel(). What is forwarded is kept only as a note of whose it is and where it went.
///
/// A router has up to `window` questions at a time, held ones not counted; the others wait here, in
/// turns of clients and by priority as in a queue, bounded by count and memory, and expire at their
/// deadlines. Without a router they wait likewise. When one is lost its successor is asked all that it
/// had not decided, oldest first, under new tickets: what the dead one says late names nothing.
///
/// A question may be what it died of, and would take every successor with it. So what a lost router
/// had in hand is under suspicion and is asked one at a time; what `deaths` routers in a row have died
/// of alone is refused. Innocent neighbours get through.
///
/// A verdict that cannot be carried out (no such worker, no such name) is the router's mistake: it is
/// asked again with the problem, up to `mistakes` times, then the request is refused.
///
/// The owner drains `actions()` after each call and calls tick() at `next_deadline()`. It tells apart
/// by itself which requests are this router's business at all.
namespace mdp::engine {

struct route_gate_config {
  std::size_t window = routing_defaults::window;
  std::size_t max_requests = routing_defaults::max_requests;
  std::size_t max_bytes = routing_defaults::max_bytes;
  std::uint32_t deaths = routing_defaults::deaths;
  std::uint32_t mistakes = routing_defaults::mistakes;
  duration reply_patience = routing_defaults::reply_patience;
  duration housekeeping = defaults::housekeeping_interval;
  bool sees_replies = true; ///< Else they pass, and the router is not asked.
};

/// Ask the router about a request.
struct ask_about_request {
  routed_request what;
};

/// Ask the router about a reply; who `from` is in words is the owner's to know.
struct ask_about_reply {
  routed_reply what;
  sink_id from;
};

/// Tell the router that nobody waits for this verdict any more.
struct withdraw_question_of_route {
  route_ticket ticket;
};

/// Pass a request on to its service, or what stands before that.
struct forward_request {
  std::string service;
  job what;
};

/// Give a request to one worker of a service.
struct forward_to_one {
  std::string service;
  job what;
  frame routing_id;
};

/// Hand an answer, or a part of it, to the client's session.
struct answer_routed {
  job_id id;
  attempt_number attempt = 0;
  bool is_final = false;
  message body;
  sink_id from{}; ///< Nobody, if the router has answered.
};

/// Tell the client's session that no answer will come.
struct refuse_routed {
  job_id id;
  refusal reason{};
};

/// The client is gone; forget this request if it still waits there.
struct cancel_forwarded {
  std::string service;
  job_id id;
};

/// A router has discarded a request, or a reply; for counters.
struct note_discarded {
  std::string reason;
};

using route_gate_action =
  std::variant<ask_about_request, ask_about_reply, withdraw_question_of_route, forward_request,
               forward_to_one, answer_routed, refuse_routed, cancel_forwarded, note_discarded>;

/// What a gate has seen. Each only grows.
struct route_counters {
  std::uint64_t asked = 0;       ///< questions
  std::uint64_t asked_again = 0; ///< of these, as their router was lost
  std::uint64_t mistakes = 0;    ///< verdicts that could not be carried out
  std::uint64_t late = 0;        ///< verdicts about what was not asked any more
  std::array<std::uint64_t, route_outcome_count> outcomes{};
};

class route_gate {
public:
  /// Draws what it holds from `budget`, if there is one.
  explicit route_gate(const route_gate_config& config, std::shared_ptr<broker_budget> budget = {})
      : config_(config), share_(std::move(budget)) {}
  route_gate(const route_gate&) = delete;
  route_gate& operator=(const route_gate&) = delete;

  // -- what clients do ------------------------------------------------------------------------------

  /// Takes a request in or refuses it. A job id that is already here is ignored.
  void submit(std::string service, job what, time_point now);

  /// Its client is gone. False if that request is not known here.
  bool cancel(job_id id, time_point now);

  // -- what services do -----------------------------------------------------------------------------

  /// `from` has answered.
  void answered(job_id id, attempt_number attempt, bool is_final, message body, sink_id from,
                time_point now);
  void refused(job_id id, refusal reason, time_point now);
  /// The worker it was meant for is not there, or has left; the request as it is now.
  void returned(job what, time_point now);

  // -- what routers do ------------------------------------------------------------------------------

  /// A router is there, the successor of all before. Numbers of routers only grow.
  void router_joined(std::uint64_t number, time_point now);
  void router_left(std::uint64_t number, time_point now);
  void decide(route_ticket ticket, request_verdict verdict, time_point now);
  void decide_reply(route_ticket ticket, reply_verdict verdict, time_point now);

  // -- time and end ---------------------------------------------------------------------------------

  void tick(time_point now);
  [[nodiscard]] time_point next_deadline() const noexcept;

  /// Refuses what waits for a verdict about a request, and all that comes from now on. Replies still
  /// pass.
  void stop(time_point now);
  /// Refuses everything, also what is with services.
  void close(time_point now);

  // -- what it looks like ---------------------------------------------------------------------------

  [[nodiscard]] action_list<route_gate_action>& actions() noexcept { return actions_; }
  [[nodiscard]] const route_counters& counters() const noexcept { return counters_; }
  [[nodiscard]] bool knows(job_id id) const noexcept { return jobs_.contains(id); }
  /// Requests without a verdict, held ones included.
  [[nodiscard]] std::size_t undecided() const noexcept { return undecided_; }
  [[nodiscard]] std::size_t held() const noexcept { return tickets_.size() - in_question_; }
  /// Replies and parts of such without a verdict, or behind one without.
  [[nodiscard]] std::size_t replies() const noexcept { return replies_; }
  [[nodiscard]] std::size_t forwarded() const noexcept { return jobs_.size() - undecided_; }
  /// Memory of what waits.
  [[nodiscard]] std::size_t footprint() const noexcept { return bytes_; }
  /// Whether something waits to be asked though the router could be. Never true between two calls.
  [[nodiscard]] bool is_stuck() const noexcept;

private:
  enum class stage : std::uint8_t { waiting, asked, held, decided };

  /// What requests and replies have in common.
  struct question {
    stage at = stage::waiting;
    route_ticket ticket; // while asked or held
    std::uint32_t deaths = 0;
    bool is_suspect = false;
    std::size_t footprint = 0;
  };

  struct reply {
    question asks;
    job_id id;
    std::uint64_t order = 0;
    attempt_number attempt = 0;
    bool is_final = false;
    sink_id from;
    std::string answered_by; // the service
    message body;
    time_point deadline = never;
    std::optional<std::string> discarded; // and why
  };

  struct routed_job {
    question asks; // about the request; `decided` when it is with a service
    queued_job queued;
    std::string service; // that was asked for
    std::string sent_to; // the service that has it
    std::uint32_t mistakes = 0;
    route_problem problem = route_problem::none;
    std::list<reply> replies; // in order; the first one is not decided
  };
  using job_map = std::unordered_map<job_id, routed_job>;

  struct asked_about {
    job_id id;
    reply* answer = nullptr; // null: the request itself
  };

  [[nodiscard]] std::optional<refusal> room_for(std::size_t requests, std::size_t bytes);
  void give_back(std::size_t requests, std::size_t bytes) noexcept;

  void ask_more(time_point now);
  [[nodiscard]] std::size_t window() const noexcept { return suspects_ > 0 ? 1 : config_.window; }
  void ask(routed_job& job);
  void ask(reply& answer);
  void give_ticket(question& asks, asked_about whom);
  void take_ticket(question& asks);
  void put_back(routed_job& job);
  void clear_suspicion(question& asks) noexcept;
  /// Whether the router may go on dying of it.
  [[nodiscard]] bool survives(question& asks, bool was_alone);

  void carry_out(job_map::iterator entry, request_verdict::decision what);
  void send_to_service(routed_job& job, std::string service);
  void send_to_one(routed_job& job, give_to_worker where);
  [[nodiscard]] job take_for_service(routed_job& job, const std::string& service);
  void mistake(job_map::iterator entry, route_problem problem);
  void flush_replies(job_map::iterator entry);
  void forget_reply(reply& answer);

  void refuse(job_map::iterator entry, refusal reason);
  void forget(job_map::iterator entry);
  void watch_clock(time_point now) noexcept;
  void count(route_outcome outcome) noexcept {
    ++counters_.outcomes[static_cast<std::size_t>(outcome)];
  }

  route_gate_config config_;
  budget_share share_;
  job_map jobs_; // does not move its elements
  waiting_lanes waiting_;
  std::map<std::uint64_t, reply*> waiting_replies_; // by order
  std::map<route_ticket, asked_about> tickets_;     // asked and held
  std::size_t in_question_ = 0;                     // asked, not held
  std::size_t suspects_ = 0;
  std::size_t undecided_ = 0;
  std::size_t replies_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t next_order_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t router_ = 0; // its number
  bool has_router_ = false;
  bool is_stopping_ = false;
  time_point next_sweep_ = never;
  route_counters counters_;
  action_list<route_gate_action> actions_;
};

} // namespace mdp::engine
