#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/pass_on.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/messages.hpp"
#include "support/eventually.hpp"

#include <caf/actor_system.hpp>
#include <caf/message.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;

// With real threads, of which the test's own is the loop's.

namespace {

using number_actor = stoppable_actor::extend<takes<release_child>>;
using numbers = std::vector<std::uint64_t>;

/// What has come, and where it lay.
struct book {
  void add(const release_child& number, caf::strong_actor_ptr from) {
    const std::lock_guard guard(mutex);
    read.push_back(number.child);
    place = &number;
    sender = std::move(from);
    thread = std::this_thread::get_id();
  }
  numbers now() {
    const std::lock_guard guard(mutex);
    return read;
  }
  bool was_here() {
    const std::lock_guard guard(mutex);
    return thread == std::this_thread::get_id();
  }

  std::mutex mutex;
  numbers read;
  const void* place = nullptr;
  caf::strong_actor_ptr sender;
  std::thread::id thread;
};

/// Writes down what it is sent.
struct last_state {
  using handle = number_actor;
  static constexpr const char* name = "last";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<release_child>;

  last_state(handle::pointer who, book& what) : self(who), into(what) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](release_child& number) { on(number); },
    };
  }
  void on(release_child& number) { into.add(number, self->current_sender()); }

  handle::pointer self;
  book& into;
};

/// Writes down what it is sent as well, and passes on one more.
struct first_state {
  using handle = number_actor;
  static constexpr const char* name = "first";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<release_child>;

  first_state(handle::pointer who, book& what, number_actor to)
      : self(who), into(what), next(std::move(to)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](release_child& number) { on(number); },
    };
  }
  void on(release_child& number) {
    into.add(number, self->current_sender());
    ++number.child;
    pass_on(self, next, number);
  }

  handle::pointer self;
  book& into;
  number_actor next;
};

struct fixture {
  fixture() {
    // The first turn of an actor is the scheduler's, and may last.
    CHECK(eventually([&] {
      post_on(loop, first, release_child{0});
      static_cast<void>(loop.run());
      return at_first.was_here() && at_last.was_here();
    }));
    CHECK(eventually([&] { return !loop.run(); }));
    at_first.read.clear();
    at_last.read.clear();
  }
  ~fixture() {
    at_first.sender = at_last.sender = nullptr;
    post(first, stop{});
    post(last, stop{});
    loop.hand_over();
  }

  book at_first;
  book at_last;
  system_config config{1};
  caf::actor_system system{config};
  loop_unit loop{system, [] {}};
  number_actor last = spawn_state<last_state>(system, at_last);
  number_actor first = spawn_state<first_state>(system, at_first, last);
};

} // namespace

TEST_CASE_FIXTURE(fixture, "what a loop has handed is passed on as it is then, in its own memory") {
  post_on(loop, first, release_child{7});
  post_on(loop, first, release_child{17});
  CHECK_FALSE(loop.run());
  CHECK(at_first.now() == numbers{7, 17});
  CHECK(at_last.now() == numbers{8, 18});
  CHECK(at_last.place == at_first.place);
  CHECK(at_last.sender == nullptr); // from whoever it was from
}

TEST_CASE_FIXTURE(fixture, "what comes by the mailbox is passed on as a message of its own") {
  std::thread([&] { post(first, release_child{7}); }).join();
  CHECK(eventually([&] {
    static_cast<void>(loop.run());
    return at_last.now() == numbers{8};
  }));
  CHECK(at_first.now() == numbers{7});
}

TEST_CASE_FIXTURE(fixture, "what CAF has wrapped is passed on as it is then") {
  first->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                           caf::make_message(release_child{7})),
                 &loop);
  CHECK_FALSE(loop.run());
  CHECK(at_last.now() == numbers{8});
}

TEST_CASE_FIXTURE(fixture, "what is passed on to one who has ended is dropped") {
  post_on(loop, last, stop{});
  post_on(loop, first, release_child{7});
  post_on(loop, first, release_child{9});
  CHECK(eventually([&] { return !loop.run(); }));
  CHECK(at_first.now() == numbers{7, 9});
  CHECK(at_last.now().empty());
}
