#pragma once

#include "mdp/engine/backoff.hpp"
#include "mdp/engine/worker_engine.hpp"
#include "sim/dice.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/trace.hpp"
#include "sim/violations.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mdp::sim {

struct worker_traits {
  engine::worker_engine_config engine;
  engine::backoff_config backoff;
  duration work_min{};
  duration work_max{};
  std::size_t max_partials = 0;
  /// As the guide's workers: deaf and dumb while it works, so it neither reads nor beats (T1).
  bool is_single_threaded = false;
  frame name; ///< ZMQ_ROUTING_ID; usually empty.
};

struct worker_counters {
  std::uint64_t conversations = 0;
  std::uint64_t works = 0;
  std::uint64_t void_results = 0; ///< Of work whose conversation was over.
};

/// A worker's process: conversations one after the other, each with a worker_engine of its own on a
/// socket of its own, a backoff between them, and handlers that take their time and may finish when
/// nobody waits any more.
class sim_worker : public process {
public:
  struct surroundings {
    network& net;
    violations& findings;
    trace& events;
  };

  sim_worker(const surroundings& around, worker_traits traits, host_number host, dice chance);

  [[nodiscard]] time_point next_event() const;
  void turn(time_point now);

  // -- what happens to it -------------------------------------------------------------------------

  /// The process dies and is started again at `again_at`. If only the process dies, the kernel
  /// closes its connection; if the machine does, nobody says a word.
  void crash(bool with_its_machine, time_point now, time_point again_at);

  /// Is asked to end in peace: drains, then leaves, and is started again at `again_at`.
  void drain(time_point now, time_point again_at);

  /// Answers at once and in one piece from now on.
  void keep_it_short() noexcept {
    traits_.max_partials = 0;
    traits_.work_min = traits_.work_max = {};
  }

  // -- what it looks like -------------------------------------------------------------------------

  [[nodiscard]] const std::string& service() const noexcept { return traits_.engine.service; }
  [[nodiscard]] host_number host() const noexcept { return host_; }
  [[nodiscard]] bool is_talking() const noexcept;
  [[nodiscard]] const worker_counters& counters() const noexcept { return counters_; }

  /// Whether it has said something lately, as it promised (7-38).
  [[nodiscard]] bool keeps_beating(time_point now) const;

private:
  struct work {
    engine::request_number number;
    frame request;
    std::string name;
    std::size_t partials = 0; // to be said
    std::size_t said = 0;
    time_point due{};
  };

  void begin(time_point now);
  void read(time_point now);
  void go_on_working(time_point now);
  void take(engine::worker_engine::work request, time_point now);
  void carry_out(time_point now);
  void end(const engine::worker_engine::ended& news, time_point now);
  [[nodiscard]] bool is_absorbed() const noexcept {
    return traits_.is_single_threaded && !works_.empty();
  }

  surroundings around_;
  worker_traits traits_;
  host_number host_;
  dice chance_;
  engine::backoff pauses_;
  std::optional<engine::worker_engine> engine_;
  std::optional<socket_number> socket_;
  std::uint64_t last_conversation_ = 0;
  time_point begins_at_{};      // the next conversation; world time
  time_point again_at_ = never; // after a drain
  time_point last_said_{};
  std::vector<work> works_;
  worker_counters counters_;
};

} // namespace mdp::sim
