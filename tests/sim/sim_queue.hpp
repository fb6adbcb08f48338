#pragma once

#include "sim/broker_parts.hpp"
#include "sim/sim_owner.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mdp::sim {

class sim_mmi;

/// The simulated `service_queue`: the engine of one service with its actions carried out.
class sim_queue {
public:
  sim_queue(broker_parts& broker, std::string service);

  // -- letters from the registry, which counts them -----------------------------------------------

  void on_submit(engine::job what, const actor_ref<sim_owner>& session);
  /// The same for a job that only the worker with this routing id may have.
  void on_submit_to_one(engine::job what, const actor_ref<sim_owner>& session,
                        const frame& routing_id);
  void on_cancel(job_id id);
  void on_register(const engine::offer_service& offer, sink_id id,
                   const actor_ref<sim_connection>& sink);

  // -- other letters ------------------------------------------------------------------------------

  void on_sink_lost(sink_id id, const std::vector<job_id>& undelivered = {});
  void on_loaded(sink_id sink, std::uint32_t load) { engine_.report_load(sink, load); }
  void on_answered(sink_id sink, engine::worker_answer answer);
  void on_report_wanted(std::uint64_t survey, const actor_ref<sim_mmi>& mmi);
  void on_yield();
  void on_drain();
  void on_deadline();

  [[nodiscard]] const actor_ref<sim_queue>& self() const noexcept { return self_; }
  [[nodiscard]] const std::string& service() const noexcept { return service_; }
  [[nodiscard]] const engine::service_queue& engine() const noexcept { return engine_; }
  [[nodiscard]] time_point next_deadline() const noexcept;

private:
  void carry_out();
  [[nodiscard]] actor_ref<sim_owner> session_of(job_id id) const;
  void watch_idleness();
  void report_staff();
  void give_back(engine::job what);

  broker_parts& broker_;
  std::string service_;
  engine::service_queue engine_;
  std::map<sink_id, actor_ref<sim_connection>> sinks_;
  std::map<peer_id, actor_ref<sim_owner>> sessions_;
  bool is_staffed_ = false;    // as the registry was told
  std::uint64_t received_ = 0; // letters from the registry
  std::optional<time_point> idle_since_;
  actor_ref<sim_queue> self_;
};

} // namespace mdp::sim
