#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/routing/router_seat.hpp"
#include "mdp/actors/routing/router_spec.hpp"
#include "mdp/actors/routing_counters.hpp"
#include "mdp/actors/supervision/child_spec.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/route_rules.hpp"

#include <caf/local_actor.hpp>

#include <memory>
#include <vector>

namespace mdp::actors {

/// What stands between clients and the registry.
struct routing_setup {
  std::vector<engine::route_rule> rules; ///< Looked at first.
  std::vector<router_spec> routers;      ///< One behind the other.
  std::shared_ptr<routing_counters> counters = std::make_shared<routing_counters>();

  [[nodiscard]] bool empty() const noexcept { return rules.empty() && routers.empty(); }
};

/// The branch of the tree for a setup that is not empty:
///
///     routing (one for one) ── the routers, each with its pauses, and in front of the registry:
///                              rules ── gate ── gate ── (the registry)
///
/// Its supervisor starts the routers; the desks are started when the registry is there, and adopted.
/// One incarnation of the broker's branch has one of these.
class routing_branch {
public:
  routing_branch(const routing_setup& setup, std::shared_ptr<engine::broker_budget> budget);

  /// The routers, for the branch's supervisor.
  [[nodiscard]] std::vector<child_spec> routers() const;

  struct desks {
    job_desk_actor front; ///< Where clients' sessions send requests.
    std::vector<routing_gate_actor> gates;
  };

  /// Starts what stands in front of `registry`, the last first, and has it adopted by `supervisor`.
  [[nodiscard]] desks open(caf::local_actor& parent, const supervisor_actor& supervisor,
                           const job_desk_actor& registry) const;

private:
  [[nodiscard]] routing_gate_actor open_gate(caf::local_actor& parent,
                                             const supervisor_actor& supervisor,
                                             const job_desk_actor& next, std::size_t which) const;
  [[nodiscard]] job_desk_actor open_rules(caf::local_actor& parent,
                                          const supervisor_actor& supervisor,
                                          const job_desk_actor& next) const;

  routing_setup setup_;
  std::shared_ptr<engine::broker_budget> budget_;
  std::vector<std::shared_ptr<router_seat>> seats_; // one a router
};

} // namespace mdp::actors
