#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/engine/client_link.hpp"

#include <cstdint>
#include <memory>

namespace mdp::actors {

/// Carries out what `engine::client_link` decides for one client (see `interfaces.hpp`).
class client_session_state {
public:
  using handle = client_session_actor;
  static constexpr const char* name = "client_session";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    io_actor io;
    service_registry_actor registry;
    std::shared_ptr<broker_counters> counters;
    engine::client_link_config config;
    std::shared_ptr<engine::broker_budget> budget;
  };

  client_session_state(handle::pointer self, std::shared_ptr<const surroundings> around, peer_id id,
                       const frame& routing_id, time_point now);

  handle::behavior_type make_behavior();

private:
  /// Does what the engine has decided since the last time.
  void carry_out();

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  peer_id id_;
  counted_in counted_;
  engine::client_link link_;
  std::uint64_t superfluous_counted_ = 0; // what of its answers is in the broker's counter already
  deadline_timer timer_;
};

} // namespace mdp::actors
