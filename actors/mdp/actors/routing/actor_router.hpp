#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing/router_spec.hpp"
#include "mdp/actors/routing_messages.hpp"

#include <caf/local_actor.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace mdp::actors {

/// Starts actors of the user's own that decide like any `router_actor`.
class router_spawner {
public:
  /// Called by a supervisor, in its turn; may throw, which counts as a failed start.
  using start_function = std::function<router_actor(caf::local_actor& parent)>;

  explicit router_spawner(start_function start) : start_(std::move(start)) {}

  [[nodiscard]] router_actor start(caf::local_actor& parent) const { return start_(parent); }

private:
  start_function start_;
};

/// A router that is an actor of your own, which `start` spawns. It runs on CAF's scheduler, where it
/// must not block, and ends when it is told to (`stop`). It gets `router_accepted` first and answers
/// each `route_request` and `route_reply` with a verdict to the gate named there, at once or later, in
/// any order. With `sees_replies` false it is not asked about replies.
[[nodiscard]] inline router_work actor_router(router_spawner::start_function start,
                                              bool sees_replies = true) {
  return {std::make_shared<const router_spawner>(std::move(start)), sees_replies};
}

} // namespace mdp::actors
