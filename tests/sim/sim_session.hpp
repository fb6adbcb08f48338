#pragma once

#include "sim/broker_parts.hpp"
#include "sim/sim_owner.hpp"

namespace mdp::sim {

/// The simulated `client_session`: a client_link with its actions carried out.
class sim_session final : public sim_owner {
public:
  sim_session(broker_parts& broker, peer_id id, const frame& routing_id);

  // -- letters ------------------------------------------------------------------------------------

  void on_request(wire::client_request request, wire::protocol_version version,
                  time_point received_at);
  void on_peer_lost();
  void on_released();
  void on_answer(job_id id, attempt_number attempt, bool is_final, message body) override;
  void on_refused(job_id id, engine::refusal reason) override;
  void on_returned(engine::job what) override { on_refused(what.id, engine::refusal::worker_gone); }
  void on_deadline();
  void stop();

  [[nodiscard]] const actor_ref<sim_session>& self() const noexcept { return self_; }
  [[nodiscard]] peer_id id() const noexcept { return id_; }
  [[nodiscard]] const engine::client_link& link() const noexcept { return link_; }
  [[nodiscard]] time_point next_deadline() const noexcept { return link_.next_deadline(); }

private:
  template <class Letter>
  void tell_desk(Letter letter);
  void carry_out();
  void send(const engine::send_to_client& reply);

  broker_parts& broker_;
  peer_id id_;
  engine::client_link link_;
  actor_ref<sim_session> self_;
};

} // namespace mdp::sim
