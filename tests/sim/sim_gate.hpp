#pragma once

#include "mdp/engine/route_gate.hpp"
#include "sim/broker_parts.hpp"
#include "sim/sim_owner.hpp"
#include "sim/sim_router.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace mdp::sim {

/// The simulated `routing_gate`: a route_gate with its actions carried out; and its router.
class sim_gate final : public sim_owner {
public:
  explicit sim_gate(broker_parts& broker);

  // -- letters ------------------------------------------------------------------------------------

  void submit(std::string service, engine::job what, const actor_ref<sim_owner>& session);
  void cancel(const std::string& service, job_id id);
  void on_answer(job_id id, attempt_number attempt, bool is_final, message body) override;
  void on_refused(job_id id, engine::refusal reason) override;
  void on_returned(engine::job what) override;
  void on_router_joined(std::uint64_t number);
  void on_router_left(std::uint64_t number);
  void on_decided(engine::route_ticket ticket, engine::request_verdict verdict);
  void on_reply_decided(engine::route_ticket ticket, engine::reply_verdict verdict);
  void on_drain();
  void on_deadline();

  [[nodiscard]] const actor_ref<sim_gate>& self() const noexcept { return self_; }
  [[nodiscard]] const engine::route_gate& engine() const noexcept { return engine_; }
  [[nodiscard]] time_point next_deadline() const noexcept { return engine_.next_deadline(); }
  [[nodiscard]] const sim_router& router() const noexcept { return router_; }

private:
  void carry_out();
  void count();

  broker_parts& broker_;
  engine::route_gate engine_;
  sim_router router_;
  std::uint64_t router_number_ = 0;
  engine::route_counters counted_;
  std::map<peer_id, actor_ref<sim_owner>> sessions_;
  actor_ref<sim_gate> self_;
};

} // namespace mdp::sim
