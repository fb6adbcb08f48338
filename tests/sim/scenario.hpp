#pragma once

#include "sim/broker_parts.hpp"
#include "sim/network.hpp"
#include "sim/sim_client.hpp"
#include "sim/sim_intruder.hpp"
#include "sim/sim_pipeliner.hpp"
#include "sim/sim_worker.hpp"

#include <string>
#include <vector>

namespace mdp::sim {

/// How much goes wrong.
struct fault_plan {
  duration lasts{};     ///< From the beginning; after that nothing breaks any more.
  duration pause_max{}; ///< Between two faults.
  duration usual{};     ///< How long a freeze or a partition may take.
};

/// All that is drawn from a seed before a run begins: who is there, how they are set up, and what
/// befalls them.
struct scenario {
  network_config net;
  broker_config broker;
  std::vector<std::string> services;
  std::vector<worker_traits> workers;
  std::vector<client_traits> clients;
  std::vector<pipeliner_traits> pipeliners;
  std::vector<intruder_traits> intruders;
  fault_plan faults;

  /// How long after the last fault it takes at most until nothing is open any more and nobody is
  /// remembered who is not there.
  [[nodiscard]] duration time_to_settle() const;
};

/// Anything from one client and one worker to a dozen peers of all kinds and both versions.
[[nodiscard]] scenario draw_scenario(dice& chance);

} // namespace mdp::sim
