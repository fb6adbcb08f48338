#include "support/deterministic_system.hpp"

#include <caf/atom.hpp>

#include <algorithm>

namespace mdp::test {

struct deterministic_system::config : caf::actor_system_config {
  config() { set("scheduler.policy", caf::atom("testing")); }
};

deterministic_system::deterministic_system()
    : config_(std::make_unique<config>()),
      system_(*config_),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {}

deterministic_system::~deterministic_system() {
  scheduler_.clock().cancel_all();
  run();
  loop_.reset();
  run();
  scheduler_.clock().cancel_all(); // by which its actors wait now
  run();
}

void deterministic_system::use_loop() {
  loop_ = std::make_unique<actors::loop_unit>(system_, [] {});
}

void deterministic_system::end_loop() {
  loop_.reset();
  run();
}

void deterministic_system::run() {
  while ((loop_ && loop_->run()) || run_one()) {
  }
}

bool deterministic_system::run_one() {
  if (!scheduler_.has_job())
    return false;
  scheduler_.run_once();
  ++turns_;
  return true;
}

void deterministic_system::advance(duration time, duration step) {
  for (; time > duration::zero(); time -= std::min(time, step)) {
    scheduler_.advance_time(std::chrono::duration_cast<caf::timespan>(std::min(time, step)));
    run();
  }
}

time_point deterministic_system::now() const {
  return time_point(
    std::chrono::duration_cast<duration>(scheduler_.clock().now().time_since_epoch()));
}

} // namespace mdp::test
