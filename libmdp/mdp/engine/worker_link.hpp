#pragma once

#include "mdp/engine/access_rules.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/liveness.hpp"
#include "mdp/engine/outstanding_jobs.hpp"
#include "mdp/wire/command.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The broker's view of one worker, from its first message to its end.
///
///     input                     | OPENING            | READY                        | ENDED
///     --------------------------+--------------------+------------------------------+-------
///     READY, lawful service     | offer -> READY     | DISCONNECT -> ENDED (7-30)   | -
///     READY, reserved service   | DISCONNECT -> ENDED (8-2)        ''               | -
///     READY, not allowed        | -> REFUSED         |                              | -
///     PARTIAL, FINAL: a job's   | DISCONNECT -> ENDED| answer; FINAL frees a place  | -
///     PARTIAL, FINAL: no job's  | DISCONNECT -> ENDED| DISCONNECT -> ENDED (18-13)  | -
///     HEARTBEAT                 | DISCONNECT -> ENDED| heard (7-35), load           | -
///     DISCONNECT                | ENDED (7-27)       | ENDED, nothing sent (7-28)   | -
///     invalid message           | DISCONNECT -> ENDED| DISCONNECT -> ENDED (7-31)   | -
///     unreachable               | ENDED              | ENDED (T22)                  | -
///     silent for too long       | ENDED              | DISCONNECT -> ENDED (7-39)   | -
///     no answer for too long    |                    | DISCONNECT -> ENDED          | -
///     dismiss()                 | DISCONNECT -> ENDED| DISCONNECT -> ENDED (T15)    | -
///
/// ENDED is for ever: its last action is `worker_ended`, after which nothing is sent (7-28, 7-30)
/// and every input is ignored. What the worker held is not this engine's business: the queue puts
/// it back when it hears that the sink is gone.
///
/// REFUSED is for a worker that offers what its user may not serve: nothing it says is heard but a
/// DISCONNECT, and after a while it is told to go. Stock workers come back at once (T15).
///
/// A worker that announced a capacity holds up to that many requests under tokens, but no more than
/// `max_capacity`: what libzmq queues for one that does not read is bounded by messages too. Any
/// other holds one (7-5) under its client's address.
///
/// A worker may beat for ever and never answer. Each request it holds must be answered, or continued
/// by a PARTIAL, within `answer_timeout`; otherwise it is told to go and others get what it held.
///
/// A worker that says its load in READY is asked for it in each HEARTBEAT, and says it in its own. One
/// that says it unasked speaks another protocol than ours.
///
/// The owner calls a function, drains `actions()`, and calls
/// tick() at `next_deadline()`.
namespace mdp::engine {

/// Whether a worker that holds a request may be silent (T1).
enum class busy_policy : std::uint8_t {
  /// For `busy_timeout`, as stock single-threaded workers cannot beat while they work; but not if it
  /// is known to: it has announced a capacity, as ours do, or has beaten twice over one request.
  lenient,
  strict, ///< no: heartbeats count always
};

struct worker_link_config {
  heartbeat_config heartbeat;
  busy_policy busy = busy_policy::lenient;
  duration busy_timeout = defaults::busy_timeout;
  /// How long a request may be with a worker without an answer or a part of one.
  duration answer_timeout = defaults::answer_timeout;
  /// Requests one worker is given at a time, whatever it announces; at least 1.
  std::uint32_t max_capacity = defaults::max_granted_capacity;
  /// Shows workers tokens instead of their clients' routing ids, also where they hold one request.
  bool opaque_client_ids = false;
};

/// Why a worker's connection ended. Each is a counter.
enum class worker_end : std::uint8_t {
  left,             ///< it sent DISCONNECT
  unexpected,       ///< a valid command at the wrong time (7-30)
  reserved_service, ///< it offered a service under `mmi.` (8-2)
  invalid,          ///< a message that is not MDP, or of another version than its READY (7-31)
  unreachable,      ///< the socket has lost it (T22)
  silent,           ///< its heartbeats lapsed (7-39)
  overdue,          ///< it beats, but does not answer
  dismissed,        ///< the broker told it to go
  not_allowed,      ///< it offered a service that the rules of access do not let its user serve
};

inline constexpr std::size_t worker_end_count =
  static_cast<std::size_t>(worker_end::not_allowed) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(worker_end reason) noexcept;

/// Whether a DISCONNECT passed between the two, in either direction, so that nothing more may be
/// sent to that routing id (7-28, 7-30).
[[nodiscard]] constexpr bool was_told(worker_end reason) noexcept {
  return reason != worker_end::unreachable;
}

/// Write this to the worker.
struct send_to_worker {
  wire::to_worker command;
  std::uint64_t number = 0; ///< Counts what is sent to this worker, from 1.
};

/// The number of no message.
inline constexpr std::uint64_t no_message = std::numeric_limits<std::uint64_t>::max();

/// The worker takes jobs of this service from now on.
struct offer_service {
  std::string service;
  std::uint32_t capacity = 1;
  std::optional<std::uint32_t> load{}; ///< In thousandths, if the worker says it.
  std::string key{};                   ///< That bodies can be sealed for, if it announces one.
};

/// The worker is so loaded now, in thousandths.
struct worker_load {
  std::uint32_t load = 0;
};

/// The worker may not serve this, and will be told to go; for a log.
struct registration_refused {
  std::string service;
};

/// The worker's answer to a job, or a part of it.
struct worker_answer {
  job_id id;
  attempt_number attempt = 0;
  bool is_final = false;
  message body;
};

/// The end; the last action.
struct worker_ended {
  worker_end reason{};
  /// Jobs that certainly never left, as the socket has lost the worker before (T22): to try them
  /// with another worker is no second attempt.
  std::vector<job_id> undelivered;
  std::uint64_t heard = 0; ///< Commands so far; what comes later is not read.
};

using worker_link_action =

  std::variant<send_to_worker, offer_service, registration_refused, worker_load, worker_answer,
               worker_ended>;

class worker_link {
public:
  /// `access` says what the worker's user may serve; null: everything.
  worker_link(const worker_link_config& config, time_point now,
              std::shared_ptr<const user_access> access = {})
      : config_(config),
        access_(std::move(access)),
        beats_(config.heartbeat, now),
        held_(config.opaque_client_ids) {}

  // -- what the worker does ---------------------------------------------------------------------------

  /// A valid command arrived at `received_at`, which may lie a little in the past.
  void handle(wire::from_worker&& command, time_point received_at);

  /// Something arrived that is no command, or not in the version of this worker.
  void handle_invalid();

  /// The socket says that the worker cannot be reached any more. `first_undelivered` is the number of
  /// the message that showed it, if that is known: it and all that came later were not sent.
  void handle_unreachable(std::uint64_t first_undelivered = no_message);

  // -- what the broker does ---------------------------------------------------------------------------

  /// Gives the worker a job. Only while `is_ready()` and within its capacity; ignored after the end,
  /// when the queue has not heard of it yet.
  /// A worker that has asked for it hears which `user` it is from.
  void assign(held_job job, const frame& client_address, message body, time_point now,
              const frame& user = {});

  /// The socket has lost connections, perhaps this worker's. If it holds requests it is sent a
  /// HEARTBEAT, so that the socket finds out; one that holds none is found out by its next request
  /// (T22).
  void probe(time_point now);

  /// Tells the worker to go.
  void dismiss();

  void tick(time_point now);

  /// When tick() has something to do; `never` after the end. May change with every call.
  [[nodiscard]] time_point next_deadline() const noexcept;

  [[nodiscard]] action_list<worker_link_action>& actions() noexcept { return actions_; }
  [[nodiscard]] bool is_ready() const noexcept { return state_ == state::ready; }
  [[nodiscard]] bool has_ended() const noexcept { return state_ == state::ended; }
  /// Requests the worker holds.
  [[nodiscard]] std::size_t in_flight() const noexcept { return held_.size(); }

private:
  enum class state : std::uint8_t { opening, ready, refused, ended };

  void on_ready(wire::worker_ready command, time_point received_at);
  void on_heartbeat(const wire::heartbeat& beat, time_point received_at);
  void note_beat_at_work(time_point received_at);
  void on_answer(const frame& address, message body, bool is_final);
  /// A command that is sent, to be filled in.
  template <class Command>
  Command& say(time_point now);
  void end(worker_end reason, bool tell_worker, std::vector<job_id> undelivered = {});
  [[nodiscard]] duration patience() const noexcept;
  void look_for_overdue(time_point now);

  worker_link_config config_;
  std::shared_ptr<const user_access> access_; // null: everything
  time_point refused_until_ = never;
  state state_ = state::opening;
  std::uint32_t capacity_ = 1;
  bool says_load_ = false;
  bool asks_user_ = false;
  std::uint64_t sent_ = 0;  // messages
  std::uint64_t heard_ = 0; // commands
  liveness beats_;
  outstanding_jobs held_;
  bool beats_at_work_ = false;     // and is not excused by it
  time_point busy_since_{};        // while it holds something
  std::uint32_t work_beats_ = 0;   // since then
  time_point answers_due_ = never; // no request of its is overdue before
  action_list<worker_link_action> actions_;
};

} // namespace mdp::engine
