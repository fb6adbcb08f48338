#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/engine/access_defaults.hpp"
#include "mdp/engine/pace.hpp"
#include "mdp/engine/worker_link.hpp"

#include <memory>

namespace mdp::actors {

/// Carries out what `engine::worker_link` decides for one worker (see `interfaces.hpp`). Its end is
/// what gives the worker's requests back: the queue hears of it and puts them in front.
class worker_connection_state {
public:
  using handle = worker_connection_actor;
  static constexpr const char* name = "worker_connection";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<assign_job, command_arrived>;

  struct surroundings {
    io_actor io;
    service_registry_actor registry;
    std::shared_ptr<broker_counters> counters;
    engine::worker_link_config config;
    /// Whether users are known by a list: what they do is written down each time.
    bool are_users_listed = false;
    /// What is said about others, and about who was refused.
    std::shared_ptr<engine::pace> audit =
      std::make_shared<engine::pace>(defaults::audit_lines_per_second);
  };

  worker_connection_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                          const new_peer& who,
                          std::shared_ptr<const engine::user_access> access = {});

  handle::behavior_type make_behavior();
  void on(assign_job& job);
  void on(command_arrived& news);

private:
  /// `credit` is that of the message which led to this.
  void carry_out(const loop_credit& credit = {});
  void on_ended(engine::worker_ended& end);

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  peer_id id_;
  counted_in counted_;
  std::shared_ptr<worker_card> card_; // what others may see of the worker
  engine::worker_link link_;
  std::shared_ptr<peer_outlet> outlet_;
  job_source_actor queue_; // takes the answers; null until the service has accepted us
  deadline_timer timer_;
};

} // namespace mdp::actors
