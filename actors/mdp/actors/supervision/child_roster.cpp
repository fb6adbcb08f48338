#include "mdp/actors/supervision/child_roster.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <random>
#include <utility>

namespace mdp::actors {

bool child_roster::add(caf::actor_system& system, child_spec child) {
  const std::lock_guard guard(mutex_);
  if (is_closed_)
    return false;
  children_.push_back(child);
  if (!running_)
    return true;
  const caf::scoped_actor parent{system};
  auto started = child.start(*parent);
  // Should the supervisor end without having seen it, nobody else would end it.
  running_->attach_functor(
    [started](const caf::error&) { caf::anon_send_exit(started, caf::exit_reason::kill); });
  post(running_, adoption_of(std::move(started), std::move(child)));
  return true;
}

child_spec child_roster::branch() {
  child_spec spec;
  spec.name = name_;
  spec.grace = grace_;
  spec.start = [this](caf::local_actor& parent) { return start(parent); };
  return spec;
}

void child_roster::close() {
  const std::lock_guard guard(mutex_);
  is_closed_ = true;
  running_ = nullptr;
}

stoppable_actor child_roster::start(caf::local_actor& parent) {
  const std::lock_guard guard(mutex_);
  auto spec = independent_children(name_);
  spec.children = children_;
  running_ = spawn_state<supervisor_state>(parent, std::move(spec));
  return stoppable_actor{running_};
}

supervisor_spec independent_children(std::string name) {
  supervisor_spec spec;
  spec.name = std::move(name);
  spec.intensity = unlimited_restarts;
  spec.stop_together = true;
  spec.seed = std::random_device{}();
  return spec;
}

} // namespace mdp::actors
