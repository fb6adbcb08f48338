#pragma once

#include "sim/job_ledger.hpp"
#include "sim/sim_broker.hpp"
#include "sim/sim_worker.hpp"
#include "sim/violations.hpp"
#include "sim/wire_watch.hpp"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// What must hold in the whole world after every step, and once more when all is quiet. What is
/// seen as it passes is judged where it passes: requests by job_ledger, the wire by wire_watch,
/// replies by the clients.
namespace mdp::sim {

class invariants {
public:
  invariants(const broker_config& config, job_ledger& ledger, const wire_watch& watch,
             violations& findings)
      : config_(config), ledger_(ledger), watch_(watch), findings_(findings) {}

  using all_workers = std::vector<std::unique_ptr<sim_worker>>;

  void after_step(const sim_broker& broker, const all_workers& workers, time_point now);

  /// After the faults have stopped and time has passed: every worker serves, nothing is open, and
  /// nobody is remembered who is not there.
  void when_quiet(const sim_broker& broker, const all_workers& workers);

private:
  void check_queues(const sim_registry& registry, const sim_router_peers& io);
  void check_routes(const sim_registry& registry);
  void check_workers(const sim_router_peers& io, time_point broker_now);
  void check_sessions(const sim_router_peers& io);
  void check_gate(const sim_gate* gate);
  void check_budget(const engine::broker_budget& budget, const sim_gate* gate);
  void check_bounds(const sim_registry& registry, const sim_router_peers& io);

  const broker_config& config_;
  job_ledger& ledger_;
  const wire_watch& watch_;
  violations& findings_;
};

} // namespace mdp::sim
