#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/interfaces.hpp"
#include "support/deterministic_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

using waiting_actor = actors::stoppable_actor::extend<actors::takes<actors::deadline_due>>;

/// Waits for one deadline from its first message on, and notes when it is woken.
struct waiting_state {
  using handle = waiting_actor;
  static constexpr const char* name = "waiting";
  static constexpr actors::run_on where = actors::run_on::loop;

  waiting_state(handle::pointer who, time_point until, std::shared_ptr<std::vector<time_point>> log)
      : self(who), deadline(until), woken(std::move(log)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](actors::stop) { actors::end_normally(self); },
      [this](actors::deadline_due) {
        timer.fired();
        woken->push_back(actors::now_of(self));
        timer.arm(self, handle{self}, woken->back() >= deadline ? never : deadline);
      },
    };
  }

  handle::pointer self;
  time_point deadline;
  std::shared_ptr<std::vector<time_point>> woken;
  actors::deadline_timer timer;
};

struct fixture {
  waiting_actor begin(duration until) {
    auto actor = actors::spawn_state<waiting_state>(system.actors(), system.now() + until, woken);
    system.run();
    system.send(actor, actors::deadline_due{});
    woken->clear();
    return actor;
  }

  /// Ends it. What is left of it can be looked for, and is not held by that.
  caf::weak_actor_ptr end(waiting_actor actor) {
    system.send(actor, actors::stop{});
    return caf::actor_cast<caf::weak_actor_ptr>(actor);
  }

  /// Deadlines from near to far.
  void keeps_to_the_moment(std::size_t looks_at_most) {
    for (const duration until : {50ms, 100ms, 2500ms, 10000ms, 3600000ms}) {
      const auto due = system.now() + until;
      const auto actor = begin(until);
      system.advance(until);
      REQUIRE_FALSE(woken->empty());
      CHECK(woken->back() == due);
      CHECK(woken->size() <= looks_at_most);
      end(actor);
    }
  }

  deterministic_system system;
  std::shared_ptr<std::vector<time_point>> woken = std::make_shared<std::vector<time_point>>();
};

/// The same on a loop.
struct loop_fixture : fixture {
  loop_fixture() {
    system.use_loop();
    system.run();
  }
};

bool is_in_memory(const caf::weak_actor_ptr& actor) {
  return actor.lock() != nullptr;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "T8 whoever comes only to leave is out of memory soon, however long he "
                           "would have had to wait") {
  std::vector<caf::weak_actor_ptr> left;
  for (int i = 0; i < 100; ++i)
    left.push_back(end(begin(1h)));
  system.advance(defaults::first_timer);
  CHECK(std::ranges::count_if(left, is_in_memory) == 0);
}

TEST_CASE_FIXTURE(fixture, "T8 nobody who has ended stays in memory for longer than he lived") {
  for (const duration life : {100ms, 250ms, 1000ms, 7000ms, 100000ms}) {
    auto actor = begin(1h);
    system.advance(life);
    const auto left = end(std::move(actor));
    system.advance(life);
    CAPTURE(life.count());
    CHECK_FALSE(is_in_memory(left));
  }
}

TEST_CASE_FIXTURE(fixture, "a deadline is kept to the moment, and costs few looks at the clock") {
  keeps_to_the_moment(18); // twice as long each time, from a tenth of a second to an hour
}

TEST_CASE_FIXTURE(loop_fixture,
                  "on a loop a deadline is kept to the moment, and wakes its actor once") {
  keeps_to_the_moment(1);
}

TEST_CASE_FIXTURE(loop_fixture,
                  "T8 on a loop whoever ends is out of memory at once, and waited for no more") {
  for (int i = 0; i < 100; ++i) {
    const auto left = end(begin(1h));
    CHECK_FALSE(is_in_memory(left));
  }
  CHECK(system.loop().timers()->size() == 0);
}

TEST_CASE_FIXTURE(loop_fixture, "an actor that waits is in a loop's timers once, as it does in "
                                "memory, and its deadline can come nearer") {
  const auto actor = actors::spawn_state<waiting_state>(system.actors(), system.now() + 1h, woken);
  system.run();
  for (int i = 0; i < 100; ++i) {
    system.send(actor, actors::deadline_due{});
    system.advance(1ms);
  }
  CHECK(system.loop().timers()->size() == 1);
  CHECK(system.loop().timers()->next_due() == woken->front() + 1h);
  end(actor);
}

TEST_CASE_FIXTURE(loop_fixture, "what a loop's actors wait for when it ends comes all the same") {
  const auto due = system.now() + 10s;
  const auto actor = begin(10s);
  system.advance(4s);
  system.end_loop();
  system.advance(6s);
  REQUIRE_FALSE(woken->empty());
  CHECK(woken->back() == due);
  CHECK(std::ranges::count_if(*woken, [&](time_point when) { return when >= due; }) == 1);
  end(actor);
}

TEST_CASE_FIXTURE(loop_fixture,
                  "T8 a loop that ends leaves nobody in memory for longer than he lives on") {
  auto actor = begin(1h);
  system.end_loop();
  system.advance(1s);
  const auto left = end(std::move(actor));
  system.advance(1s);
  CHECK_FALSE(is_in_memory(left));
}
