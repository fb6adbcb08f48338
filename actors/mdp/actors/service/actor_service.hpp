#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/service/service_spec.hpp"
#include "mdp/service/responder.hpp"

#include <caf/local_actor.hpp>

#include <functional>

namespace mdp::actors {

/// Starts actors of the user's own that take jobs like any `job_sink_actor`.
class actor_spawner {
public:
  /// Called by a supervisor, in its turn; may throw, which counts as a failed start.
  using start_function = std::function<job_sink_actor(caf::local_actor& parent)>;

  explicit actor_spawner(start_function start) : start_(std::move(start)) {}

  [[nodiscard]] job_sink_actor start(caf::local_actor& parent) const { return start_(parent); }

private:
  start_function start_;
};

/// A service that consists of actors of your own: each instance is one that `start` has spawned. It
/// runs on CAF's scheduler, where it must not block, and ends when it is told to (`stop`). It gets
/// `sink_accepted` before its first job and answers each `assign_job` with `job_answered` to that
/// queue, at once or later, in any order; `responder_for()` writes these for it.
[[nodiscard]] service_work actor_service(actor_spawner::start_function start);

/// The right to answer `job`, which came from the queue that said `by`. May be used from any thread.
[[nodiscard]] responder responder_for(const sink_accepted& by, const assign_job& job);

} // namespace mdp::actors
