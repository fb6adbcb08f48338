#pragma once

#include "sim/invariants.hpp"
#include "sim/network.hpp"
#include "sim/scenario.hpp"
#include "sim/sim_broker.hpp"
#include "sim/sim_faults.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The simulation: a broker, workers, clients and intruders made of the real engines, which talk in
/// encoded bytes over a simulated network, with everything going wrong that can. Time leaps from
/// deadline to deadline. All of it comes from one number, the seed: the same seed is the same run.
///
/// A run has three acts. In the first, faults strike. Then they stop, clients ask nothing more, and
/// as much time passes as it takes for all open business to end: every worker must have found back,
/// nothing may be open, nobody may be remembered who is not there. In the last act every client
/// asks every service once, and must get its reply at the first attempt.
namespace mdp::sim {

struct run_options {
  std::uint64_t seed = 1;
  broken_rule broken = broken_rule::none;
  std::size_t trace_lines = 0;
  bool is_loud = false; ///< Prints the trace as it comes.
};

/// Sums over a run, to see that the simulation sees something.
struct run_statistics {
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;
  std::uint64_t faults = 0;
  std::uint64_t pranks = 0;
  job_counters jobs;
  peer_counters peers;
  client_counters clients;
  worker_counters workers;

  void add(const run_statistics& other);
};

struct run_outcome {
  std::optional<std::string> violation;
  std::deque<std::string> last_events;
  run_statistics statistics;
};

class world {
public:
  explicit world(const run_options& options);
  world(const run_options& options, scenario what);
  ~world();

  /// Plays all three acts.
  run_outcome run();

  // -- for stories that are told step by step -----------------------------------------------------

  /// Lets time pass, or stops at the first violation.
  void run_for(duration span);
  [[nodiscard]] time_point now() const noexcept { return now_; }
  [[nodiscard]] population& everybody() noexcept { return everybody_; }
  [[nodiscard]] const violations& findings() const noexcept { return findings_; }
  [[nodiscard]] run_statistics statistics() const;

private:
  void step(time_point now);
  [[nodiscard]] time_point next_event() const;
  void calm_down();
  void ask_everything_once();

  template <class Client>
  void ask_everything_once(Client& client);

  dice chance_;
  scenario scenario_;
  trace events_;
  violations findings_;
  wire_watch watch_;
  job_ledger ledger_;
  peer_counters peer_counters_;
  network net_;
  sim_broker broker_;
  std::vector<std::unique_ptr<sim_worker>> workers_;
  std::vector<std::unique_ptr<sim_client>> clients_;
  std::vector<std::unique_ptr<sim_pipeliner>> pipeliners_;
  std::vector<std::unique_ptr<sim_intruder>> intruders_;
  population everybody_;
  std::optional<sim_faults> faults_;
  invariants invariants_;
  time_point now_;
  std::uint64_t steps_ = 0;
};

} // namespace mdp::sim
