#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/interfaces.hpp"
#include "support/deterministic_system.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

// News is a `release_child`, a message with nothing but a number in it.
using hearing_actor = stoppable_actor::extend<takes<release_child>>;
using waiting_actor = hearing_actor::extend<takes<deadline_due>>;
using notes = std::vector<std::string>;

/// Waits a second for news, and notes what comes, as a connection does with its worker's heartbeats.
struct waiting_state {
  using handle = waiting_actor;
  static constexpr const char* name = "waiting";
  static constexpr run_on where = run_on::loop;

  waiting_state(handle::pointer who, std::shared_ptr<notes> into)
      : self(who), noted(std::move(into)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](const release_child&) {
        noted->emplace_back("news");
        timer.arm(self, handle{self}, now_of(self) + 1s);
      },
      [this](deadline_due) {
        timer.fired();
        noted->emplace_back("over");
      },
    };
  }

  handle::pointer self;
  std::shared_ptr<notes> noted;
  deadline_timer timer;
};

/// Passes news on, as the I/O actor does.
struct passing_state {
  using handle = hearing_actor;
  static constexpr const char* name = "passing";
  static constexpr run_on where = run_on::loop;

  passing_state(handle::pointer who, waiting_actor next) : self(who), to(std::move(next)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](const release_child& news) { tell(self, to, news); },
    };
  }

  handle::pointer self;
  waiting_actor to;
};

} // namespace

TEST_CASE(
  "7-36 what has come by the time a late loop looks at its clock is heard before time is up") {
  deterministic_system system;
  system.use_loop();
  const auto noted = std::make_shared<notes>();
  const auto waiting = spawn_state<waiting_state>(system.actors(), noted);
  const auto passing = spawn_state<passing_state>(system.actors(), waiting);
  system.run();
  system.send(passing, release_child{});
  CHECK(std::exchange(*noted, {}) == notes{"news"});
  post_on(system.loop(), passing, release_child{});
  system.advance(2s, 2s);
  CHECK(*noted == notes{"news", "over"});
  system.send(passing, stop{});
  system.send(waiting, stop{});
}
