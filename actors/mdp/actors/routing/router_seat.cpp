#include "mdp/actors/routing/router_seat.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/routing_messages.hpp"

#include <utility>

namespace mdp::actors {

void router_seat::set_gate(routing_gate_actor gate) {
  const std::lock_guard guard(mutex_);
  gate_ = std::move(gate);
  introduce();
}

void router_seat::take(router_actor router) {
  const std::lock_guard guard(mutex_);
  waiting_ = std::move(router);
  introduce();
}

routing_gate_actor router_seat::gate() const {
  const std::lock_guard guard(mutex_);
  return gate_;
}

void router_seat::introduce() {
  if (!gate_ || !waiting_)
    return;
  const auto router = std::exchange(waiting_, nullptr);
  const auto number = ++number_;
  post(gate_, router_seated{router, number});
  notify_exit(router, gate_, [number](const exit_kind&) { return router_unseated{number}; });
}

} // namespace mdp::actors
