#include "mdp/actors/compat/succession.hpp"

#include "mdp/defaults.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/intrusive/task_result.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace mdp::actors {

void succession::bequeath(caf::actor_id dead, messages left) {
  const std::lock_guard guard(mutex_);
  latest_dead_ = std::max(latest_dead_, dead);
  if (living_ && living_->id() == dead)
    living_ = nullptr;
  if (is_over_)
    return;
  // What waits already was sent when its mailbox had been closed.
  waiting_.insert(waiting_.begin(), std::make_move_iterator(left.begin()),
                  std::make_move_iterator(left.end()));
}

void succession::forward(caf::actor_id dead, caf::mailbox_element_ptr what,
                         caf::execution_unit* unit) {
  caf::strong_actor_ptr heir;
  {
    const std::lock_guard guard(mutex_);
    if (is_over_)
      return;
    if (living_ && living_->id() != dead)
      heir = living_;
    else if (waiting_.size() < defaults::succession_max_messages)
      waiting_.push_back(std::move(what));
    else
      ++dropped_;
  }
  if (heir)
    heir->get()->enqueue(std::move(what), unit);
}

void succession::succeed(const caf::strong_actor_ptr& heir) {
  for (;;) {
    messages due;
    {
      const std::lock_guard guard(mutex_);
      is_over_ = false;
      if (heir->id() <= latest_dead_)
        return;
      if (waiting_.empty()) {
        living_ = heir;
        return;
      }
      due.swap(waiting_);
    }
    for (auto& each : due)
      heir->get()->enqueue(std::move(each), nullptr);
  }
}

void succession::end() {
  messages dropped;
  caf::strong_actor_ptr living;
  const std::lock_guard guard(mutex_);
  is_over_ = true;
  dropped.swap(waiting_);
  living.swap(living_);
}

bool succession::is_over() {
  const std::lock_guard guard(mutex_);
  return is_over_;
}

std::uint64_t succession::take_dropped() {
  const std::lock_guard guard(mutex_);
  return std::exchange(dropped_, 0);
}

caf::intrusive::task_result detail::mailbox_collector::operator()(caf::mailbox_element& x) const {
  // A kill is for the one it was sent to.
  if (!x.content().match_elements<caf::exit_msg>())
    into_.push_back(caf::make_mailbox_element(std::move(x.sender), x.mid, std::move(x.stages),
                                              x.move_content_to_message()));
  return caf::intrusive::task_result::resume;
}

} // namespace mdp::actors
