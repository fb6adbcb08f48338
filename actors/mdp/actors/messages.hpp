#pragma once

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/peer_outlet.hpp"
#include "mdp/actors/supervision/child_spec.hpp"
#include "mdp/actors/supervision/unadopted.hpp"
#include "mdp/actors/worker_card.hpp"
#include "mdp/engine/client_request.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/service_report.hpp"
#include "mdp/engine/worker_engine.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/decode_error.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

/// What actors say to each other. Plain structs: commands in the imperative, events in the past,
/// timers to oneself end in `_due`. They never leave the process.
namespace mdp::actors {

class begun_jobs;

/// Say what must be said, then end. Sent by the supervisor.
struct stop {};

// -- supervision --------------------------------------------------------------------------------------

/// Supervise `child`, which runs already, from now on by `spec`.
struct adopt_child {
  stoppable_actor child;
  child_spec spec;
  std::shared_ptr<unadopted> guard{};               ///< Ends the child if nobody gets this message.
  std::shared_ptr<const io::batch_credit> credit{}; ///< Held until this message is gone.
};

/// `child` ends by agreement with whoever sends this; whatever its spec says, do not restart it.
struct release_child {
  caf::actor_id child = 0;
};

/// A child has ended. `incarnation` is the supervisor's own number for that run of it.
struct child_down {
  std::uint64_t incarnation = 0;
  exit_kind how;
};

struct running_child {
  std::string name;
  stoppable_actor actor;
  bool is_supervisor = false; ///< Then it is a `supervisor_actor`, which can be asked in turn.
};

/// Say which children are running; `tell` is called once, in the supervisor's turn.
struct list_children {
  std::function<void(std::vector<running_child>)> tell;
};

// -- the socket loop ------------------------------------------------------------------------------------

struct loop_reported {
  std::vector<io::loop_report> reports;
  loop_credit credit;
};

struct loop_ended {
  io::loop_end reason{};
  std::string what;
};

/// Somebody who is known from now on.
struct new_peer {
  peer_id id;
  frame routing_id;
  frame user; ///< Who it is by CURVE or PLAIN; empty without.
  wire::protocol_version version{};
  time_point since;
  std::shared_ptr<peer_outlet> outlet; ///< Never null.
};

/// Starts the actor of a new peer. Called on the loop, by the I/O actor `parent`.
using open_session = std::function<client_session_actor(caf::local_actor& parent, const new_peer&)>;
using open_connection =
  std::function<worker_connection_actor(caf::local_actor& parent, const new_peer&)>;

/// A broker is there: bind if that has not been done, and open an actor for each new peer.
struct serve_peers {
  open_session session;
  open_connection connection;
};

/// A session or connection is over.
struct peer_ended {
  peer_id peer;
  bool was_told = false; ///< A DISCONNECT has passed: nothing more may be sent (7-28, 7-30).
  /// Messages of the peer that it has read; what else was delivered is lost.
  std::optional<std::uint64_t> heard;
  bool failed = false; ///< Its actor is gone without having said so: a bug of ours.
};

/// A client has been silent for long; may its session be forgotten? Answered by `peer_released`, or not
/// at all if there is a message on its way to it.
struct release_peer {
  peer_id peer;
  std::uint64_t heard = 0; ///< Messages that came to the session so far.
};

/// The session is forgotten: nothing is on its way to it, and nothing will be.
struct peer_released {};

/// Connect a DEALER to a broker; `worker` gets what it receives.
struct open_socket {
  std::string endpoint;
  wire::protocol_version version{};
  worker_peer_actor worker;
};

struct send_on_socket {
  socket_id socket;
  message frames;
};

struct close_owned_socket {
  socket_id socket;
  duration linger{}; ///< How long what was sent last may still take to leave.
  /// Messages of the broker that its owner has read; what else was delivered is lost.
  std::optional<std::uint64_t> heard{};
};

// -- clients and workers of a broker ----------------------------------------------------------------------

struct request_arrived {
  wire::client_request request;
  wire::protocol_version version{};
  time_point received_at;
  loop_credit credit{};
};

struct command_arrived {
  wire::from_worker command;
  time_point received_at;
  loop_credit credit{};
};

struct invalid_arrived {};

/// The socket has lost the peer, or it was too slow for too long.
struct peer_lost {
  /// The first message that certainly did not leave, if that is known (T22).
  std::uint64_t first_undelivered = engine::no_message;
};

/// The socket has lost connections, perhaps this worker's.
struct probe_worker {};

/// A client's request on its way to a queue. A job id that the queue has already is ignored.
struct submit_job {
  std::string service;
  engine::job what;
  job_owner_actor session;
};

struct cancel_job {
  std::string service;
  job_id id;
};

/// A worker or an in-process service offers a service.
struct register_sink {
  std::string service;
  sink_id id;
  std::uint32_t capacity = 1;
  job_sink_actor sink;
  std::shared_ptr<const worker_card> card{}; ///< Null for a service inside the process.
  std::shared_ptr<const begun_jobs> begun{}; ///< Null if the sink keeps no such book.
  std::optional<std::uint32_t> load{};       ///< As in `sink_loaded`, if it says that.
};

/// Who took a sink's registration: gives it jobs, and takes the answers under the sink's number.
struct sink_accepted {
  job_source_actor queue;
  sink_id sink;
  /// Becomes true when no answer counts any more; null where only the queue's end says that.
  std::shared_ptr<const std::atomic<bool>> is_over{};
};

struct sink_lost {
  sink_id id;
  std::vector<job_id> undelivered; ///< Jobs it held and certainly never got (T22).
  std::string_view why{};          ///< A word that lives on; empty if it left by itself.
};

/// How loaded a sink is now, in thousandths of what it can do.
struct sink_loaded {
  sink_id id;
  std::uint32_t load = 0;
};

struct assign_job {
  job_id id;
  attempt_number attempt = 0;
  frame client_address;
  message body;
  frame user{}; ///< Who asks, by CURVE or PLAIN; empty without.
};

/// A sink's answer. Believed only if that attempt of that job is in flight at that sink (T6).
struct job_answered {
  sink_id sink;
  job_id id;
  attempt_number attempt = 0;
  bool is_final = false;
  message body;
  loop_credit credit{}; ///< Null if it comes from this process.
};

/// An answer that a queue has checked, for the client.
struct answer_arrived {
  job_id id;
  attempt_number attempt = 0;
  bool is_final = false;
  message body;
  sink_id from{}; ///< Who has answered; nobody of those if the broker itself.
  loop_credit credit{};
};

struct job_refused {
  job_id id;
  engine::refusal reason{};
};

/// A timer to oneself: look at the engine's deadlines.
struct deadline_due {};

/// A queue has had neither jobs nor workers for a while. `received` counts the messages the registry
/// has passed on to it: if the registry counts the same, none is under way and the queue may end.
struct queue_idle {
  std::string service;
  std::uint64_t received = 0;
};

/// A queue has its first worker now, or has lost its last one.
struct service_staffed {
  std::string service;
  bool is_staffed = false;
};

/// Give back to the registry what waits: it may be served elsewhere.
struct yield_jobs {};

struct queue_restarted {
  std::string service;
  service_queue_actor queue;
};

/// Take nothing more. `done` is called, once, on the loop or a scheduler thread, when no job is in
/// flight any more.
struct drain_services {
  std::function<void()> done;
};

struct drain_queue {
  service_registry_actor report_to;
};

struct queue_drained {
  std::string service;
};

/// A question's number in MMI: the job that asked.
/// All attempts of a request were used up.
struct job_died {
  std::string service;
  engine::job what;
  attempt_number attempts = 0;
};

struct survey_services {
  std::uint64_t survey = 0;        ///< The asker's number for it; comes back in all answers.
  std::optional<std::string> only; ///< One service, or all.
  bool with_workers = false;       ///< Each worker's details, too.
  mmi_actor report_to;
};

struct survey_begun {
  std::uint64_t survey = 0;
  std::size_t reports = 0; ///< How many queues will report.
};

struct report_service {
  std::uint64_t survey = 0;
  bool with_workers = false;
  mmi_actor report_to;
};

/// Which worker would get `what` if it came now?
struct preview_job {
  std::string service;
  engine::job what;
  /// Called once, or destroyed without a call if the broker ends before; nothing: no worker has room.
  std::function<void(std::optional<engine::worker_report>)> answer;
};

struct service_reported {
  std::uint64_t survey = 0;
  engine::service_report report;
};

// -- a worker's and a client's process ----------------------------------------------------------------------

struct socket_opened {
  socket_id socket;
};

struct socket_failed {
  std::error_code error;
};

/// The broker at its other end does not let us in, or is none.
struct connection_refused {
  std::string why;       // for a log line
  bool is_final = false; // nobody tries again on this socket
};

struct broker_told_worker {
  socket_id socket;
  wire::to_worker command;
  time_point received_at;
  loop_credit credit{};
};

/// A handler of an in-process service has thrown, and its instance is to end.
struct handler_threw {
  std::string what;
};

// -- asking services from actors -------------------------------------------------------------------------

/// Ask a service. `customer` hears what becomes of it, under `ticket`, a number of its own.
struct ask_service {
  std::string service;
  message body;
  service_customer_actor customer;
  std::uint64_t ticket = 0;
  engine::request_terms how{};
  bool wants_parts = false; ///< Else the parts of a reply, should there be any, are dropped.
};

/// The answer to an `ask_service` is of no use any more.
struct withdraw_question {
  service_customer_actor customer;
  std::uint64_t ticket = 0;
};

/// A part of the reply; more follows.
struct part_received {
  std::uint64_t ticket = 0;
  message body;
};

/// The parts so far are void: the reply begins again.
struct parts_voided {
  std::uint64_t ticket = 0;
};

/// The reply, or its last part; or why there is none. The last about this ticket.
struct question_ended {
  std::uint64_t ticket = 0;
  tl::expected<message, engine::request_failure> reply;
};

/// What a client's thread has to say about the question with this number of the proxy's own.
struct client_reported {
  struct part {
    message body;
  };
  struct restarted {};
  struct ended {
    tl::expected<message, engine::request_failure> reply;
  };
  std::uint64_t number = 0;
  std::variant<part, restarted, ended> what;
};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::stop)
MDP_MESSAGE(mdp::actors::adopt_child)
MDP_MESSAGE(mdp::actors::release_child)
MDP_MESSAGE(mdp::actors::child_down)
MDP_MESSAGE(mdp::actors::list_children)
MDP_MESSAGE(mdp::actors::loop_reported)
MDP_MESSAGE(mdp::actors::loop_ended)
MDP_MESSAGE(mdp::actors::serve_peers)
MDP_MESSAGE(mdp::actors::peer_ended)
MDP_MESSAGE(mdp::actors::release_peer)
MDP_MESSAGE(mdp::actors::peer_released)
MDP_MESSAGE(mdp::actors::open_socket)
MDP_MESSAGE(mdp::actors::send_on_socket)
MDP_MESSAGE(mdp::actors::close_owned_socket)
MDP_MESSAGE(mdp::actors::request_arrived)
MDP_MESSAGE(mdp::actors::command_arrived)
MDP_MESSAGE(mdp::actors::invalid_arrived)
MDP_MESSAGE(mdp::actors::peer_lost)
MDP_MESSAGE(mdp::actors::probe_worker)
MDP_MESSAGE(mdp::actors::submit_job)
MDP_MESSAGE(mdp::actors::cancel_job)
MDP_MESSAGE(mdp::actors::register_sink)
MDP_MESSAGE(mdp::actors::sink_accepted)
MDP_MESSAGE(mdp::actors::sink_lost)
MDP_MESSAGE(mdp::actors::sink_loaded)
MDP_MESSAGE(mdp::actors::assign_job)
MDP_MESSAGE(mdp::actors::job_answered)
MDP_MESSAGE(mdp::actors::answer_arrived)
MDP_MESSAGE(mdp::actors::job_refused)
MDP_MESSAGE(mdp::actors::deadline_due)
MDP_MESSAGE(mdp::actors::queue_idle)
MDP_MESSAGE(mdp::actors::queue_restarted)
MDP_MESSAGE(mdp::actors::service_staffed)
MDP_MESSAGE(mdp::actors::yield_jobs)
MDP_MESSAGE(mdp::actors::drain_services)
MDP_MESSAGE(mdp::actors::drain_queue)
MDP_MESSAGE(mdp::actors::queue_drained)
MDP_MESSAGE(mdp::actors::job_died)
MDP_MESSAGE(mdp::actors::survey_services)
MDP_MESSAGE(mdp::actors::survey_begun)
MDP_MESSAGE(mdp::actors::report_service)
MDP_MESSAGE(mdp::actors::preview_job)
MDP_MESSAGE(mdp::actors::service_reported)
MDP_MESSAGE(mdp::actors::socket_opened)
MDP_MESSAGE(mdp::actors::socket_failed)
MDP_MESSAGE(mdp::actors::connection_refused)
MDP_MESSAGE(mdp::actors::broker_told_worker)
MDP_MESSAGE(mdp::actors::handler_threw)
MDP_MESSAGE(mdp::actors::ask_service)
MDP_MESSAGE(mdp::actors::withdraw_question)
MDP_MESSAGE(mdp::actors::part_received)
MDP_MESSAGE(mdp::actors::parts_voided)
MDP_MESSAGE(mdp::actors::question_ended)
MDP_MESSAGE(mdp::actors::client_reported)
