#include "mdp/actors/compat/loop_unit.hpp"

#include "mdp/actors/compat/messaging.hpp"

#include <caf/atom.hpp>
#include <caf/logger.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <utility>

namespace mdp::actors {

thread_local constinit loop_unit* loop_unit::current_ = nullptr;

loop_unit::loop_unit(caf::actor_system& system, std::function<void()> wake)
    : caf::execution_unit(&system),
      door_(std::make_shared<loop_door>(system, std::move(wake))),
      is_logged_(system.logger().accepts(CAF_LOG_LEVEL_ERROR, caf::atom("caf"))) {}

loop_unit::~loop_unit() {
  hand_over();
}

void loop_unit::exec_later(caf::resumable* job) {
  if (job->subtype() == caf::resumable::io_actor)
    ready_.push_back({.job = job});
  else
    system().scheduler().enqueue(job);
}

void loop_unit::hand(loop_recipient& to, caf::mailbox_element_ptr what) {
  ready_.push_back({.to = &to, .what = std::move(what)});
}

std::vector<caf::mailbox_element_ptr> loop_unit::take_back(const loop_recipient& from) {
  std::vector<caf::mailbox_element_ptr> owed;
  for (auto& each : ready_)
    if (each.to == &from && each.what != nullptr)
      owed.push_back(std::move(each.what));
  return owed;
}

bool loop_unit::run() {
  // CAF's logger keeps for each thread which actor is on it, in one table behind one lock, and is told twice with
  // each resumption. To whom nobody listens is not told. Each spawn brings it back, so this is done each time.
  if (!is_logged_)
    caf::logger::set_current_actor_system(nullptr);
  current_ = this;
  door_->take(come_);
  for (auto* job : come_)
    ready_.push_back({.job = job});
  come_.clear();
  now_ = now_of(system());
  std::size_t done = 0;
  for (; done < ready_.size() && done < defaults::turn_max_resumes; ++done)
    carry_on(std::exchange(ready_[done], {}));
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(done));
  // Behind all that: who has been heard by now, be it that we are late, is not to be taken for silent.
  timers_->fire(now_, *this);
  const bool has_come = door_->has_some(); // asked in any case: it says who wakes whom
  return has_come || !ready_.empty();
}

void loop_unit::carry_on(entry next) {
  if (next.job != nullptr)
    resume(next.job);
  else if (next.what != nullptr)
    next.to->take_message(std::move(next.what), *this);
}

void loop_unit::resume(caf::resumable* job) {
  switch (job->resume(this, defaults::actor_throughput)) {
  case caf::resumable::resume_later:
    ready_.push_back({.job = job}); // keeps its reference
    break;
  case caf::resumable::awaiting_message: // whoever wakes it takes a new reference
  case caf::resumable::done:
  case caf::resumable::shutdown_execution_unit: // said to CAF's workers only
    caf::intrusive_ptr_release(job);
    break;
  }
}

void loop_unit::hand_over() {
  if (current_ == this)
    current_ = nullptr; // nobody is handed anything any more
  timers_->end();
  door_->close();
  for (std::size_t i = 0; i < ready_.size(); ++i) { // which may grow
    auto next = std::exchange(ready_[i], {});
    if (next.job != nullptr)
      system().scheduler().enqueue(next.job);
    else if (next.what != nullptr) // here: in its mailbox it would be behind what came later
      next.to->take_message(std::move(next.what), *this);
  }
  ready_.clear();
}

} // namespace mdp::actors
