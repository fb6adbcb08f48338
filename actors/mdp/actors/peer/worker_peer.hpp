#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/worker_counters.hpp"
#include "mdp/engine/worker_engine.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mdp::actors {

/// Carries out what `engine::worker_engine` decides on one socket (see `interfaces.hpp`). To its sink
/// it is what a queue is in a broker: the same service works here and there. It ends with its
/// conversation; being a permanent child, it is then started again after a pause: with a new engine
/// on a new socket, as RFC 7 wants it (7-32).
class worker_peer_state {
public:
  using handle = worker_peer_actor;
  static constexpr const char* name = "worker_peer";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    io_actor io;
    job_sink_actor sink; ///< Does the work; must not be null.
    engine::worker_engine_config config;
    std::function<std::uint32_t()> load; ///< In thousandths; not null if `config.says_load`.
    /// How long requests that are being worked on may take once it was asked to stop.
    duration drain_grace = defaults::shutdown_grace;
    duration flush_grace = defaults::flush_grace;
    std::shared_ptr<worker_counters> counters = std::make_shared<worker_counters>();
  };

  /// `conversation` differs from that of every other peer of the process.
  worker_peer_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                    std::string broker, std::uint64_t conversation);
  ~worker_peer_state();
  worker_peer_state(const worker_peer_state&) = delete;
  worker_peer_state& operator=(const worker_peer_state&) = delete;

  handle::behavior_type make_behavior();

private:
  void on_answer(job_answered& news);
  void look_at_load();
  void carry_out();
  void on_refused(const connection_refused& news);
  void on_ended(engine::conversation_end reason);

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::string broker_;
  engine::worker_engine engine_;
  std::shared_ptr<std::atomic<bool>> is_over_ = std::make_shared<std::atomic<bool>>(false);
  std::optional<socket_id> socket_;
  bool is_refused_ = false;                // the log has it
  engine::worker_engine_counters counted_; // what of the engine's is in those of the process
  std::uint64_t heard_ = 0;                // messages of the broker
  time_point abandon_at_ = never;          // set once it was asked to stop
  std::vector<job_answered> answers_;      // keeps its memory between boxes
  deadline_timer timer_;
};

} // namespace mdp::actors
