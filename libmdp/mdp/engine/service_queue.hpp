#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/pinned_jobs.hpp"
#include "mdp/engine/service_report.hpp"
#include "mdp/engine/sink_table.hpp"
#include "mdp/engine/waiting_lanes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

/// One service's queue: which job goes to which sink, and what becomes of it.
///
///             submit                      assign                    finish
///     client ────────► WAITING ─────────────────► IN FLIGHT ────────────────► answered
///                      │   ▲                         │
///                      │   └── put back in front ────┤ remove_sink, attempts left
///                      │                             │
///                      ├── deadline ──► refused      └── remove_sink, none left ──► refused
///                      └── cancel ────► forgotten        (or at most once)
///
/// A job that is cancelled in flight stays with its sink, whose place it takes up, but nobody hears of
/// its answer, and no second sink gets it when the first is lost (T5).
///
/// A job may be meant for one sink alone (`submit_to`). It waits for room there, in turns with those that
/// anybody may have; when that sink is not there or goes before it has answered, whoever sent the job
/// has it back (`return_pinned`) and may send it elsewhere, with the tries it has behind it.
///
/// Every accepted job leaves by exactly one of these ways, and its client's session hears of it,
/// except after cancel(), which is that session saying that it does not want to. After each call no
/// sink with room stands beside a waiting job. What a sink says about a job is believed only if that
/// attempt of that job is in flight at that sink (T6), everything else is counted as late.
///
/// The owner drains `actions()` after each call and calls tick() at `next_deadline()`.
namespace mdp::engine {

/// What a service promises about a request whose worker is lost.
enum class delivery : std::uint8_t {
  at_least_once, ///< another worker gets it, up to the attempts
  at_most_once,  ///< it fails
};

struct queue_config {
  std::size_t max_requests = defaults::queue_max_requests; ///< waiting, not in flight
  std::size_t max_bytes = defaults::queue_max_bytes;       ///< memory, waiting and in flight
  attempt_number attempts = defaults::request_attempts;
  delivery promise = delivery::at_least_once;
  dispatch_config dispatch;
  duration housekeeping = defaults::housekeeping_interval;
};

/// Give this job to this sink.
struct assign_to_sink {
  sink_id sink;
  attempt_number attempt = 0;
  job_id id;
  shared_frame client_address;
  message body;
  shared_frame user{};
};

/// Hand a sink's answer, or a part of it, to the client's session.
struct answer_client {
  job_id id;
  attempt_number attempt = 0; ///< Which try it is from: the pieces of an older one are void.
  bool is_final = false;
  message body;
  sink_id from{}; ///< Who has answered.
};

/// Tell the client's session that no answer will come.
struct refuse_client {
  job_id id;
  refusal reason{};
};

/// All attempts of a job were used up; comes ahead of its refusal. For those who look at such jobs.
struct bury_job {
  job what;
  attempt_number attempts = 0;
};

/// Take a waiting job back: another queue may serve it.
struct return_job {
  job what;
};

/// Hand a job back to whoever meant it for a sink that is not there, or not any more.
struct return_pinned {
  job what;
};

using queue_action =
  std::variant<assign_to_sink, answer_client, refuse_client, bury_job, return_job, return_pinned>;

class service_queue {
public:
  /// Draws what it accepts from `budget`, if there is one.
  explicit service_queue(const queue_config& config, std::shared_ptr<broker_budget> budget = {})
      : config_(config), share_(std::move(budget)), sinks_(config.dispatch) {}
  service_queue(const service_queue&) = delete;
  service_queue& operator=(const service_queue&) = delete;

  // -- what clients do ------------------------------------------------------------------------------

  /// Takes a job in or refuses it. A job id that is already here is ignored, so that a session may
  /// safely submit again what it is not sure of.
  void submit(job what, time_point now);

  /// The same for a job that nobody but `sink` may have.
  void submit_to(sink_id sink, job what, time_point now);

  /// Forgets a waiting job; one in flight goes on, but only where it is, and its answer is dropped.
  /// False if nobody waits for such a job here.
  bool cancel(job_id id);

  /// Gives back all that waits for anybody, in the order in which it would have been served.
  void yield_waiting();

  // -- what sinks do --------------------------------------------------------------------------------

  /// A sink offers room for `capacity` jobs at a time, and may say its `load` as to report_load(). A
  /// sink that is already known is ignored.
  void add_sink(sink_id sink, std::uint32_t capacity, time_point now,
                std::optional<std::uint32_t> load = {});

  /// A sink is gone or takes no more; what it held goes back in front, oldest first. For those of
  /// `undelivered` that it held this was no attempt: it never got them (T22).
  void remove_sink(sink_id sink, time_point now, std::span<const job_id> undelivered = {});

  /// A sink says how loaded it is, in thousandths; see `dispatch_policy`.
  void report_load(sink_id sink, std::uint32_t load) { sinks_.report_load(sink, load); }

  /// What is in flight at `sink`, in no order; for one that says of its jobs which have not begun. Takes
  /// a look at all jobs of the queue.
  [[nodiscard]] std::vector<job_id> jobs_at(sink_id sink) const;

  void partial(sink_id sink, job_id id, attempt_number attempt, message body);
  void finish(sink_id sink, job_id id, attempt_number attempt, message body, time_point now);

  // -- time -----------------------------------------------------------------------------------------

  /// Sheds jobs whose deadline has passed.
  void tick(time_point now);

  /// When tick() has something to do; `never` while nothing waits. May change with every call.
  [[nodiscard]] time_point next_deadline() const noexcept;

  /// Refuses everything that waits and all that comes from now on; what is in flight may still be
  /// answered, also by another sink with room if the first is lost.
  void stop();

  // -- what it looks like ---------------------------------------------------------------------------

  [[nodiscard]] action_list<queue_action>& actions() noexcept { return actions_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return pending_.size() + pinned_.size(); }
  [[nodiscard]] std::size_t in_flight() const noexcept { return jobs_.size() - waiting(); }
  [[nodiscard]] std::size_t sinks() const noexcept { return sinks_.size(); }
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }
  [[nodiscard]] const queue_counters& counters() const noexcept { return counters_; }
  /// All of it at once, with each worker if they are wanted; the service's name, and what the workers'
  /// connections know of them, are the owner's to fill in.
  [[nodiscard]] service_report report(time_point now, bool with_workers = false) const;
  /// The sink that would get `what` now, and why; nothing if all are full. Under a policy of chance
  /// it is one of those that may be hit.
  [[nodiscard]] std::optional<worker_report> preview(const job& what) const;
  /// Neither jobs nor sinks: nothing would be lost with this queue (T8).
  [[nodiscard]] bool is_idle() const noexcept { return jobs_.empty() && sinks_.empty(); }
  /// Whether a job waits beside a sink with room that may have it. Never true between two calls.
  [[nodiscard]] bool is_stuck() const noexcept;

private:
  using jobs = std::unordered_map<job_id, queued_job>;

  /// The job, if exactly this attempt is in flight at exactly this sink; the end and counted otherwise.
  jobs::iterator find_in_flight(sink_id sink, job_id id, attempt_number attempt);
  [[nodiscard]] attempt_number allowed_attempts() const noexcept;
  /// The job in its place in the table, if it is new and there is room for it; `waits` says that there
  /// is nobody to take it at once.
  queued_job* take_in(job&& what, bool waits, time_point now);
  void assign(queued_job& job);
  void dispatch_behind(sink_id sink, time_point now);
  void dispatch_pinned(sink_id sink, time_point now);
  void hand_back(queued_job& job);
  void watch_clock(time_point now) noexcept;
  void dispatch(time_point now);
  void refuse_waiting();
  void refuse(queued_job& job, refusal reason);
  void bury(queued_job& job);
  void count_refused(refusal reason) noexcept;
  void forget(job_id id);
  void forget(jobs::iterator entry);

  queue_config config_;
  budget_share share_;
  jobs jobs_;             // waiting and in flight; does not move its elements
  waiting_lanes pending_; // points into jobs_: those that wait for anybody
  pinned_jobs pinned_;    // points into jobs_: those that wait for one sink
  sink_table sinks_;      // points into jobs_: those in flight
  std::size_t footprint_ = 0;
  std::uint64_t next_order_ = 0;
  time_point next_sweep_ = never;
  bool is_stopping_ = false;
  queue_counters counters_;
  action_list<queue_action> actions_;
};

} // namespace mdp::engine
