#pragma once

#include "sim/broker_parts.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/sim_connection.hpp"
#include "sim/sim_gate.hpp"
#include "sim/sim_queue.hpp"
#include "sim/sim_registry.hpp"
#include "sim/sim_router_peers.hpp"
#include "sim/sim_session.hpp"
#include "sim/wire_watch.hpp"

#include <memory>
#include <optional>

namespace mdp::sim {

/// The broker's process. It may be down, up, or on its way down: then it drains, says DISCONNECT as
/// its last word (T15) and ends. What it knew is gone with it (7-42).
class sim_broker : public process {
public:
  struct surroundings {
    const broker_config& config;
    network& net;
    wire_watch& watch;
    job_ledger& ledger;
    peer_counters& counters;
    trace& events;
    broken_rule broken = broken_rule::none;
  };

  sim_broker(const surroundings& around, dice chance);

  void start(time_point now);

  /// Ends at once and starts again at `again_at`.
  void crash(router_end how, time_point now, time_point again_at);

  /// Drains for `grace` at most, ends, and starts again at `again_at`.
  void stop(duration grace, time_point now, time_point again_at);

  [[nodiscard]] time_point next_event() const;

  /// Reads, thinks, writes.
  void turn(time_point now);

  /// From here on nothing goes wrong inside either.
  void calm_down();

  [[nodiscard]] bool is_up() const noexcept { return life_ != nullptr; }
  [[nodiscard]] bool is_draining() const noexcept { return end_at_ != never; }
  [[nodiscard]] const sim_router_peers& io() const noexcept { return life_->io; }
  [[nodiscard]] const sim_registry& registry() const noexcept { return life_->registry; }
  /// Null without routing.
  [[nodiscard]] const sim_gate* gate() const noexcept {
    return life_->gate ? &*life_->gate : nullptr;
  }
  [[nodiscard]] const engine::broker_budget& budget() const noexcept {
    return *life_->parts.budget;
  }

private:
  /// What is gone when the process is.
  struct life {
    life(const surroundings& around, dice& chance, time_point now);

    mailboxes post;
    broker_parts parts;
    sim_router_peers io;
    sim_registry registry;
    std::optional<sim_gate> gate;
  };

  void read();
  void look_at_clock();
  void end(router_end how, time_point now);

  surroundings around_;
  dice chance_;
  bool is_calm_ = false;
  std::unique_ptr<life> life_;
  time_point starts_at_ = never;
  time_point end_at_ = never; // of a drain
};

} // namespace mdp::sim
