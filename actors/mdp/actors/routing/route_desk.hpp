#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing_counters.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "mdp/engine/route_rules.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace mdp::actors {

/// Does with requests what `engine::route_rules` says (see `interfaces.hpp`). It remembers none of them:
/// answers go past it, and what is cancelled is cancelled wherever it may have gone.
class route_desk_state {
public:
  using handle = route_desk_actor;
  static constexpr const char* name = "route_rules";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    job_desk_actor next; ///< What stands behind: a router's gate, or the registry.
    std::shared_ptr<const engine::route_rules> rules;
    std::shared_ptr<routing_counters> counters;
  };

  /// What outlives the actor. Belongs to the one that runs.
  struct store {
    std::uint64_t mirrored = 0; ///< The number of the last mirrored request.
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  route_desk_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                   std::shared_ptr<store> kept)
      : self_(self), around_(std::move(around)), store_(std::move(kept)) {}

  handle::behavior_type make_behavior();

  [[nodiscard]] std::shared_ptr<succession> line() const { return store_->line; }

private:
  void on_submit(submit_job& request);
  void mirror(const std::string& service, engine::job what);

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::shared_ptr<store> store_;
};

} // namespace mdp::actors
