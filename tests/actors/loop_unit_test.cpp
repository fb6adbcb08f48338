#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "support/eventually.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;

// With real threads, of which the test's own is the loop's.

namespace {

using noting_actor = stoppable_actor::extend<takes<deadline_due>>;

struct notes {
  std::atomic<int> messages{0};
  std::atomic<std::thread::id> thread{}; ///< That of the last message.
  std::function<void()> during = [] {};  ///< Called with each.
};

/// Belongs to a loop, and notes on which thread it is.
struct noting_state {
  using handle = noting_actor;
  static constexpr const char* name = "noting";
  static constexpr run_on where = run_on::loop;

  noting_state(handle::pointer who, std::shared_ptr<notes> into)
      : self(who), noted(std::move(into)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](deadline_due) {
        noted->during();
        noted->thread = std::this_thread::get_id();
        ++noted->messages;
      },
    };
  }

  handle::pointer self;
  std::shared_ptr<notes> noted;
};

struct noted_actor {
  explicit noted_actor(caf::actor_system& system)
      : handle(spawn_state<noting_state>(system, noted)) {}
  noted_actor(const noted_actor&) = delete;
  noted_actor& operator=(const noted_actor&) = delete;
  ~noted_actor() { post(handle, stop{}); }

  [[nodiscard]] bool has_noted(int messages) const {
    return eventually([&] { return noted->messages == messages; });
  }
  [[nodiscard]] bool was_here() const { return noted->thread == std::this_thread::get_id(); }

  std::shared_ptr<notes> noted = std::make_shared<notes>();
  noting_actor handle;
};

/// Belongs to a loop, and wants to be woken each millisecond.
struct restless_state {
  using handle = noting_actor;
  static constexpr const char* name = "restless";
  static constexpr run_on where = run_on::loop;

  restless_state(handle::pointer who, std::shared_ptr<notes> into)
      : self(who), noted(std::move(into)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](deadline_due) {
        timer.fired();
        ++noted->messages;
        timer.arm(self, handle{self}, now_of(self) + std::chrono::milliseconds(1));
      },
    };
  }

  handle::pointer self;
  std::shared_ptr<notes> noted;
  deadline_timer timer;
};

/// A loop whose sleep is the test's business.
struct fixture {
  ~fixture() { loop.hand_over(); }

  /// Wakes `actor` from the loop's thread, until it belongs there: its first turn is the scheduler's, and may last.
  void bring_home(noted_actor& actor) {
    CHECK(eventually([&] {
      post_on(loop, actor.handle, deadline_due{});
      static_cast<void>(loop.run());
      return actor.was_here();
    }));
    CHECK(eventually([&] { return !loop.run(); }));
    actor.noted->messages = 0;
    wakes = 0;
  }

  static void from_elsewhere(const noted_actor& actor, int messages = 1) {
    std::thread([&] {
      for (int i = 0; i < messages; ++i)
        post(actor.handle, deadline_due{});
    }).join();
  }

  system_config config{1};
  caf::actor_system system{config};
  std::atomic<int> wakes{0};
  loop_unit loop{system, [this] { ++wakes; }};
};

} // namespace

TEST_CASE_FIXTURE(fixture, "an actor of the loop is resumed there, whoever wakes it") {
  noted_actor actor(system);
  bring_home(actor);
  for (int round = 1; round <= 3; ++round) {
    from_elsewhere(actor);
    CHECK(wakes == round);
    CHECK(actor.noted->messages == round - 1); // nobody else runs it
    CHECK_FALSE(loop.run());
    CHECK(actor.noted->messages == round);
    CHECK(actor.was_here());
  }
}

TEST_CASE_FIXTURE(fixture,
                  "however many messages come for however many actors wake the loop once") {
  noted_actor one(system);
  noted_actor other(system);
  bring_home(one);
  bring_home(other);
  from_elsewhere(one, 100);
  from_elsewhere(other, 100);
  CHECK(wakes == 1);
  CHECK_FALSE(loop.run());
  CHECK(one.noted->messages == 100);
  CHECK(other.noted->messages == 100);
}

TEST_CASE_FIXTURE(
  fixture, "a loop that is at work is not woken, and does not go to sleep over what has come") {
  noted_actor one(system);
  noted_actor other(system);
  bring_home(one);
  bring_home(other);
  one.noted->during = [&] { from_elsewhere(other); };
  post_on(loop, one.handle, deadline_due{});
  CHECK(loop.run()); // something is left
  CHECK(wakes == 0);
  CHECK_FALSE(loop.run());
  CHECK(other.noted->messages == 1);
  CHECK(other.was_here());
  from_elsewhere(other); // now it sleeps
  CHECK(wakes == 1);
}

TEST_CASE_FIXTURE(fixture, "the actors of a loop that has ended are CAF's") {
  noted_actor before(system);
  noted_actor behind(system);
  bring_home(before);
  bring_home(behind);
  from_elsewhere(before);
  loop.hand_over();
  wakes = 0;
  CHECK(before.has_noted(1));
  CHECK_FALSE(before.was_here());
  from_elsewhere(behind);
  CHECK(behind.has_noted(1));
  CHECK_FALSE(behind.was_here());
  CHECK(wakes == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "a second loop resumes what it wakes itself, and the first what others wake") {
  noted_actor actor(system);
  bring_home(actor);
  std::thread([&] {
    loop_unit second(system, [] {});
    static_cast<void>(second.run()); // it is this thread's now
    post_on(second, actor.handle, deadline_due{});
    static_cast<void>(second.run());
    CHECK(actor.was_here());
  }).join();
  CHECK(wakes == 0);
  from_elsewhere(actor);
  CHECK(wakes == 1);
  CHECK_FALSE(loop.run());
  CHECK(actor.was_here());
}

TEST_CASE_FIXTURE(fixture,
                  "T8 actors that wait may end on any thread, before their loop has ended, "
                  "as it does and behind it, and are out of memory then") {
  const auto noted = std::make_shared<notes>();
  std::vector<noting_actor> actors;
  std::vector<caf::weak_actor_ptr> all;
  for (int i = 0; i < 90; ++i) {
    actors.push_back(spawn_state<restless_state>(system, noted));
    all.push_back(caf::actor_cast<caf::weak_actor_ptr>(actors.back()));
  }
  CHECK(eventually([&] { // until their timers are the loop's
    for (const auto& actor : actors)
      post_on(loop, actor, deadline_due{});
    static_cast<void>(loop.run());
    return loop.timers()->size() == actors.size();
  }));
  const int before = noted->messages;
  std::atomic<int> stopped = 0;
  std::thread elsewhere([&] {
    for (auto& actor : actors) {
      post(std::exchange(actor, nullptr), stop{});
      ++stopped;
    }
  });
  while (stopped < 45)
    static_cast<void>(loop.run());
  loop.hand_over();
  elsewhere.join();
  CHECK(loop.timers()->size() == 0);
  CHECK(noted->messages >= before);
  CHECK(eventually([&] {
    return std::ranges::none_of(all, [](const auto& each) { return each.lock() != nullptr; });
  }));
}
