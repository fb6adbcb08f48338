#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing/router.hpp"
#include "mdp/actors/routing/router_seat.hpp"
#include "mdp/actors/routing/router_spec.hpp"
#include "mdp/actors/routing_messages.hpp"

#include <caf/local_actor.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mdp::actors {

/// The actor around a `router` that is a plain object: asks it, and tells the gate what it says. When
/// the object throws the actor fails, so that its supervisor makes another one.
class router_host_state {
public:
  using handle = router_actor;
  static constexpr const char* name = "router";
  static constexpr run_on where = run_on::scheduler;

  router_host_state(handle::pointer self, std::string router_name, std::shared_ptr<router> work)
      : self_(self), name_(std::move(router_name)), work_(std::move(work)) {}

  handle::behavior_type make_behavior();

private:
  /// Calls the user's code; what it throws ends this actor.
  template <class Work>
  void guarded(Work work);

  handle::pointer self_;
  std::string name_;
  std::shared_ptr<router> work_;
  verdict_taker_actor gate_;
};

/// Starts the router that `spec` describes and gives it the seat.
[[nodiscard]] router_actor start_router(caf::local_actor& parent, const router_spec& spec,
                                        const std::shared_ptr<router_seat>& seat);

} // namespace mdp::actors
