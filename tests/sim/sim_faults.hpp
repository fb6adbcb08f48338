#pragma once

#include "sim/dice.hpp"
#include "sim/network.hpp"
#include "sim/scenario.hpp"
#include "sim/sim_broker.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace mdp::sim {

/// Everybody in the world, and the network between them.
struct population {
  sim_broker& broker;
  network& net;
  std::vector<std::unique_ptr<sim_worker>>& workers;
  std::vector<std::unique_ptr<sim_client>>& clients;
  std::vector<std::unique_ptr<sim_pipeliner>>& pipeliners;
  std::vector<std::unique_ptr<sim_intruder>>& intruders;
};

/// Whatever can go wrong by itself, one thing after the other until the plan is over: connections
/// break, hosts are cut off, processes stop for a while, clocks leap, workers and clients crash or
/// leave, the broker crashes or is restarted.
class sim_faults {
public:
  sim_faults(const fault_plan& plan, const population& everybody, trace& events, dice chance,
             time_point now);

  [[nodiscard]] time_point next_event() const noexcept { return next_; }
  void run(time_point now);

  /// Ends whatever is going on: nobody is frozen or cut off, and nothing breaks any more.
  void stop(time_point now);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
  void strike(time_point now);
  void cut_someone(time_point now);
  void part_some(time_point now);
  void freeze_someone(time_point now);
  void leap_a_clock();
  void strike_a_worker(time_point now);
  void strike_a_client(time_point now);
  void strike_the_broker(time_point now);

  [[nodiscard]] host_number any_host();
  [[nodiscard]] process& any_process();
  [[nodiscard]] duration a_while() { return chance_.between(duration{}, plan_.usual); }
  [[nodiscard]] break_notice any_notice(time_point now);

  fault_plan plan_;
  population everybody_;
  trace& events_;
  dice chance_;
  time_point ends_at_;
  time_point next_;
  std::uint64_t count_ = 0;
};

} // namespace mdp::sim
