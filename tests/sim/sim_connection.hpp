#pragma once

#include "sim/broker_parts.hpp"

#include <cstdint>
#include <string>

namespace mdp::sim {

/// The simulated `worker_connection`: a worker_link with its actions carried out.
class sim_connection {
public:
  sim_connection(broker_parts& broker, peer_id id, frame routing_id,
                 wire::protocol_version version);

  // -- letters ------------------------------------------------------------------------------------

  void on_command(wire::from_worker command, time_point received_at);
  void on_invalid();
  void on_peer_lost(std::uint64_t first_undelivered);
  void on_accepted(const actor_ref<sim_queue>& queue) { queue_ = queue; }
  void on_assigned(engine::assign_to_sink job);
  void on_deadline();
  void probe();
  void stop();

  [[nodiscard]] const actor_ref<sim_connection>& self() const noexcept { return self_; }
  [[nodiscard]] const engine::worker_link& link() const noexcept { return link_; }
  [[nodiscard]] const frame& routing_id() const noexcept { return routing_id_; }
  [[nodiscard]] const std::string& service() const noexcept { return service_; }
  [[nodiscard]] time_point next_deadline() const noexcept;

private:
  void carry_out();
  void end(engine::worker_ended news);

  broker_parts& broker_;
  peer_id id_;
  frame routing_id_;
  wire::protocol_version version_;
  engine::worker_link link_;
  std::string service_; // as offered; for the invariants
  actor_ref<sim_queue> queue_;
  actor_ref<sim_connection> self_;
};

} // namespace mdp::sim
