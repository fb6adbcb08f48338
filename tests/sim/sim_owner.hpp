#pragma once

#include "mdp/engine/job.hpp"
#include "mdp/message.hpp"
#include "sim/mailboxes.hpp"

namespace mdp::sim {

/// Whoever hears what became of a request: a session, or the gate that the session sent it through.
class sim_owner {
public:
  virtual void on_answer(job_id id, attempt_number attempt, bool is_final, message body) = 0;
  virtual void on_refused(job_id id, engine::refusal reason) = 0;
  virtual void on_returned(engine::job what) = 0;

protected:
  ~sim_owner() = default;
};

template <class Actor>
[[nodiscard]] actor_ref<sim_owner> owner(const actor_ref<Actor>& who) {
  return {who.box, who.actor};
}

} // namespace mdp::sim
