#include "mdp/actors/compat/loop_unit.hpp"

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
    ready_.push_back(job);
  else
    system().scheduler().enqueue(job);
}

bool loop_unit::run() {
  // CAF's logger keeps for each thread which actor is on it, in one table behind one lock, and is told twice with
  // each resumption. To whom nobody listens is not told. Each spawn brings it back, so this is done each time.
  if (!is_logged_)
    caf::logger::set_current_actor_system(nullptr);
  current_ = this;
  door_->take(ready_);
  for (std::size_t resumed = 0; !ready_.empty() && resumed < defaults::turn_max_resumes;
       ++resumed) {
    auto* job = ready_.front();
    ready_.pop_front();
    switch (job->resume(this, defaults::actor_throughput)) {
    case caf::resumable::resume_later:
      ready_.push_back(job); // keeps its reference
      break;
    case caf::resumable::awaiting_message: // whoever wakes it takes a new reference
    case caf::resumable::done:
    case caf::resumable::shutdown_execution_unit: // said to CAF's workers only
      caf::intrusive_ptr_release(job);
      break;
    }
  }
  const bool has_come = door_->has_some(); // asked in any case: it says who wakes whom
  return has_come || !ready_.empty();
}

void loop_unit::hand_over() {
  if (current_ == this)
    current_ = nullptr;
  door_->close();
  for (auto* job : ready_)
    system().scheduler().enqueue(job);
  ready_.clear();
}

} // namespace mdp::actors
