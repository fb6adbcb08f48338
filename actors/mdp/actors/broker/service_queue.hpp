#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "mdp/engine/service_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mdp::actors {

/// What of a service queue outlives its actor, so that a queue that failed is back with all its
/// jobs. Belongs to the actor that runs, one after the other; not synchronised.
struct queue_store {
  queue_store(std::string name, const engine::queue_config& config,
              std::shared_ptr<engine::broker_budget> budget)
      : service(std::move(name)), engine(config, std::move(budget)) {}

  struct sink {
    job_sink_actor actor;
    std::shared_ptr<const worker_card> card; ///< Null for a service inside the process.
    std::shared_ptr<const begun_jobs> begun; ///< Null for all others.
    time_point since;
  };

  struct session {
    job_owner_actor actor;
    std::size_t open = 0; ///< Jobs it waits for.
  };

  std::string service;
  engine::service_queue engine;
  std::unordered_map<sink_id, sink> sinks;
  std::unordered_map<frame, sink_id> by_routing_id; ///< Of those that have one.
  std::unordered_map<peer_id, session> sessions;
  std::uint64_t received = 0;      ///< Messages from the registry; see `queue_idle`.
  bool is_staffed = false;         ///< As the registry was told.
  bool is_at_work = false;         ///< On a message, which is lost if its actor fails of it.
  service_registry_actor drain_to; ///< Null unless draining.
  std::shared_ptr<succession> line = std::make_shared<succession>();
};

/// Carries out what `engine::service_queue` decides for one service (see `interfaces.hpp`).
class service_queue_state {
public:
  using handle = service_queue_actor;
  static constexpr const char* name = "service_queue";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<submit_job, job_answered, answers_ready>;

  struct surroundings {
    service_registry_actor registry;
    std::shared_ptr<broker_counters> counters;
    duration linger = defaults::service_linger;
    /// Who wants to hear of workers that come and go.
    std::vector<routing_gate_actor> watchers{};
  };

  service_queue_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                      std::shared_ptr<queue_store> store);

  handle::behavior_type make_behavior();
  void on(submit_job& request);
  void on(job_answered& news);
  void on(answers_ready& news);

  [[nodiscard]] std::shared_ptr<succession> line() const { return store_->line; }

private:
  /// Does `work` for one message, and what the engine has decided then.
  template <class Work>
  void handle_message(Work work) {
    store_->is_at_work = true;
    work();
    carry_out();
    store_->is_at_work = false;
  }
  void recover();
  /// Notes that `session` waits for one job more of `client`.
  void open_session(peer_id client, job_owner_actor session);
  void take_answer(job_answered& news, time_point now);
  void on_pinned(submit_pinned_job& request);
  void on_register(register_sink& request);
  void on_sink_lost(const sink_lost& news);
  void forget_sink(sink_id id, std::string_view why);
  [[nodiscard]] engine::service_report report(bool with_workers) const;
  /// Adds what the worker's connection knows of it.
  void describe(engine::worker_report& worker, time_point now) const;
  void carry_out();
  void answer(engine::answer_client& action);
  void refuse(const engine::refuse_client& action);
  /// The name that its client knows the service by.
  [[nodiscard]] std::string asked_as(const engine::job& what) const;
  /// The session that waits for `id`, which is one job less from now on if `is_over`; null if gone.
  [[nodiscard]] job_owner_actor session_of(job_id id, bool is_over);
  void count();
  void log_deaths();
  void watch_idleness();
  void report_drained();
  void report_staff();
  void give_back(engine::return_job& action);

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::shared_ptr<queue_store> store_;
  counted_in counted_as_service_;
  engine::service_queue& engine_;
  engine::queue_counters counted_;    // what of the engine's counters is in the broker's already
  loop_credit credit_;                // of the answer that is being handled
  std::vector<job_answered> answers_; // keeps its memory between boxes
  std::uint64_t unlogged_deaths_ = 0;
  time_point next_log_ = time_point::min();
  std::optional<time_point> idle_since_;
  deadline_timer timer_;
};

} // namespace mdp::actors
