#include "mdp/actors/compat/loop_timers.hpp"

#include <caf/mailbox_element.hpp>

#include <vector>

namespace mdp::actors {

namespace {

caf::mailbox_element_ptr from_nobody(caf::message what) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(what));
}

} // namespace

loop_timers::key loop_timers::start(caf::strong_actor_ptr to, time_point due, caf::message what) {
  const std::lock_guard guard(mutex_);
  if (is_closed_)
    return {};
  const key mine{due, ++last_number_};
  waiting_.emplace(mine, waiting{std::move(to), std::move(what)});
  changed();
  return mine;
}

void loop_timers::cancel(const key& which) {
  by_time::node_type taken; // goes when the lock is gone: it may be the last to know the actor
  const std::lock_guard guard(mutex_);
  taken = waiting_.extract(which);
  changed();
}

void loop_timers::fire(time_point now, caf::execution_unit& unit) {
  if (now < next_due())
    return;
  std::vector<waiting> due;
  {
    const std::lock_guard guard(mutex_);
    const auto end = waiting_.upper_bound({now, ~std::uint64_t{0}});
    for (auto each = waiting_.begin(); each != end; each = waiting_.erase(each))
      due.push_back(std::move(each->second));
    changed();
  }
  for (auto& each : due)
    each.who->enqueue(from_nobody(std::move(each.what)), &unit);
}

void loop_timers::end() {
  by_time left;
  {
    const std::lock_guard guard(mutex_);
    is_closed_ = true;
    left.swap(waiting_);
    changed();
  }
  for (auto& [when, each] : left)
    each.who->enqueue(from_nobody(std::move(each.what)), nullptr);
}

std::size_t loop_timers::size() const {
  const std::lock_guard guard(mutex_);
  return waiting_.size();
}

void loop_timers::changed() noexcept {
  next_due_.store(waiting_.empty() ? never : waiting_.begin()->first.due,
                  std::memory_order_relaxed);
}

} // namespace mdp::actors
