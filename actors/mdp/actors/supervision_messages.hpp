#pragma once

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/actors/supervision/child_spec.hpp"
#include "mdp/actors/supervision/unadopted.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What any actor may hear, and what supervisors hear and say.
namespace mdp::actors {

/// Say what must be said, then end. Sent by the supervisor.
struct stop {};

/// A timer to oneself: look at the engine's deadlines.
struct deadline_due {};

/// Supervise `child`, which runs already, from now on by `spec`.
struct adopt_child {
  stoppable_actor child;
  child_spec spec;
  std::shared_ptr<unadopted> guard{};               ///< Ends the child if nobody gets this message.
  std::shared_ptr<const io::batch_credit> credit{}; ///< Held until this message is gone.
};

/// `child` ends by agreement with whoever sends this; whatever its spec says, do not restart it.
struct release_child {
  caf::actor_id child = 0;
};

/// A child has ended. `incarnation` is the supervisor's own number for that run of it.
struct child_down {
  std::uint64_t incarnation = 0;
  exit_kind how;
};

struct running_child {
  std::string name;
  stoppable_actor actor;
  bool is_supervisor = false; ///< Then it is a `supervisor_actor`, which can be asked in turn.
};

/// Say which children are running; `tell` is called once, in the supervisor's turn.
struct list_children {
  std::function<void(std::vector<running_child>)> tell;
};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::stop)
MDP_MESSAGE(mdp::actors::deadline_due)
MDP_MESSAGE(mdp::actors::adopt_child)
MDP_MESSAGE(mdp::actors::release_child)
MDP_MESSAGE(mdp::actors::child_down)
MDP_MESSAGE(mdp::actors::list_children)
