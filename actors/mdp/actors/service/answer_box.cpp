#include "mdp/actors/service/answer_box.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/assert.hpp"

#include <utility>

namespace mdp::actors {

void answer_box::put(job_answered answer) {
  const std::lock_guard guard(mutex_);
  answers_.push_back(std::move(answer));
  // Not behind the lock: who comes second must not be gone before the first one's message is sent, as what it sends
  // next would be ahead of its answer.
  if (answers_.size() == 1)
    post(by_.queue, answers_ready{shared_from_this()});
}

void answer_box::take(std::vector<job_answered>& into) {
  MDP_ASSERT(into.empty());
  const std::lock_guard guard(mutex_);
  answers_.swap(into);
}

} // namespace mdp::actors
