#include "mdp/actors/routing/routing_branch.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing/route_desk.hpp"
#include "mdp/actors/routing/router_host.hpp"
#include "mdp/actors/routing/routing_gate.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <cstddef>
#include <utility>

namespace mdp::actors {

namespace {

/// Starts an actor with heirs and has it adopted.
template <class State, class Around>
typename State::handle open_lasting(caf::local_actor& parent, const supervisor_actor& supervisor,
                                    std::string name, std::shared_ptr<const Around> around,
                                    std::shared_ptr<typename State::store> kept) {
  const auto opened = spawn_state<State>(parent, around, kept);
  child_spec spec;
  spec.name = std::move(name);
  spec.line = kept->line;
  spec.start = [around, kept](caf::local_actor& starter) {
    return stoppable_actor{spawn_state<State>(starter, around, kept)};
  };
  post(supervisor, adoption_of(stoppable_actor{opened}, std::move(spec)));
  return opened;
}

} // namespace

routing_branch::routing_branch(const routing_setup& setup,
                               std::shared_ptr<engine::broker_budget> budget)
    : setup_(setup), budget_(std::move(budget)) {
  for (std::size_t i = 0; i < setup_.routers.size(); ++i)
    seats_.push_back(std::make_shared<router_seat>());
}

std::vector<child_spec> routing_branch::routers() const {
  std::vector<child_spec> all;
  for (std::size_t i = 0; i < setup_.routers.size(); ++i) {
    auto& child = all.emplace_back();
    child.name = "router " + setup_.routers[i].name;
    child.pause = setup_.routers[i].pause;
    child.start = [spec = setup_.routers[i], seat = seats_[i]](caf::local_actor& parent) {
      return stoppable_actor{start_router(parent, spec, seat)};
    };
  }
  return all;
}

routing_branch::desks routing_branch::open(caf::local_actor& parent,
                                           const supervisor_actor& supervisor,
                                           const job_desk_actor& registry) const {
  desks opened{registry, {}};
  for (auto which = setup_.routers.size(); which-- > 0;) {
    opened.gates.push_back(open_gate(parent, supervisor, opened.front, which));
    opened.front = opened.gates.back();
  }
  if (!setup_.rules.empty())
    opened.front = open_rules(parent, supervisor, opened.front);
  return opened;
}

routing_gate_actor routing_branch::open_gate(caf::local_actor& parent,
                                             const supervisor_actor& supervisor,
                                             const job_desk_actor& next, std::size_t which) const {
  const auto& spec = setup_.routers[which];
  auto config = spec.bounds;
  config.sees_replies = spec.work.sees_replies();
  auto around = std::make_shared<const routing_gate_state::surroundings>(
    routing_gate_state::surroundings{next, spec.services, setup_.counters});
  auto gate =
    open_lasting<routing_gate_state>(parent, supervisor, "gate " + spec.name, std::move(around),
                                     std::make_shared<routing_gate_state::store>(config, budget_));
  seats_[which]->set_gate(gate);
  return gate;
}

job_desk_actor routing_branch::open_rules(caf::local_actor& parent,
                                          const supervisor_actor& supervisor,
                                          const job_desk_actor& next) const {
  auto around =
    std::make_shared<const route_desk_state::surroundings>(route_desk_state::surroundings{
      next, std::make_shared<const engine::route_rules>(setup_.rules), setup_.counters});
  return open_lasting<route_desk_state>(parent, supervisor, route_desk_state::name,
                                        std::move(around),
                                        std::make_shared<route_desk_state::store>());
}

} // namespace mdp::actors
