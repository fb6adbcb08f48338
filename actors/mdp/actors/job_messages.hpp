#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/actors/worker_card.hpp"
#include "mdp/engine/client_request.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A request's way through the broker: from a session to the registry, a queue, a sink and back, and what queues, sinks and
/// the registry have to settle beside it.
namespace mdp::actors {

class answer_box;
class begun_jobs;

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
  shared_frame client_address;
  message body;
  shared_frame user{}; ///< Who asks, by CURVE or PLAIN; empty without.
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

/// There are answers in this box, which was empty before.
struct answers_ready {
  std::shared_ptr<answer_box> box;
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

/// All attempts of a request were used up.
struct job_died {
  std::string service;
  engine::job what;
  attempt_number attempts = 0;
};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::submit_job)
MDP_MESSAGE(mdp::actors::cancel_job)
MDP_MESSAGE(mdp::actors::register_sink)
MDP_MESSAGE(mdp::actors::sink_accepted)
MDP_MESSAGE(mdp::actors::sink_lost)
MDP_MESSAGE(mdp::actors::sink_loaded)
MDP_MESSAGE(mdp::actors::assign_job)
MDP_MESSAGE(mdp::actors::job_answered)
MDP_MESSAGE(mdp::actors::answers_ready)
MDP_MESSAGE(mdp::actors::answer_arrived)
MDP_MESSAGE(mdp::actors::job_refused)
MDP_MESSAGE(mdp::actors::queue_idle)
MDP_MESSAGE(mdp::actors::queue_restarted)
MDP_MESSAGE(mdp::actors::service_staffed)
MDP_MESSAGE(mdp::actors::yield_jobs)
MDP_MESSAGE(mdp::actors::drain_services)
MDP_MESSAGE(mdp::actors::drain_queue)
MDP_MESSAGE(mdp::actors::queue_drained)
MDP_MESSAGE(mdp::actors::job_died)
