#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/compat/succession.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/messages.hpp"
#include "support/eventually.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;

// With real threads, of which the test's own is the loop's.

namespace {

using reading_actor = stoppable_actor::extend<takes<release_child>>;
using numbers = std::vector<std::uint64_t>;

constexpr auto unlucky = std::numeric_limits<std::uint64_t>::max();

/// What a line of readers has read, and does meanwhile.
struct book {
  void add(std::uint64_t number) {
    during(number);
    const std::lock_guard guard(mutex);
    thread = std::this_thread::get_id();
    read.push_back(number);
  }
  numbers now() {
    const std::lock_guard guard(mutex);
    return read;
  }
  bool was_here() {
    const std::lock_guard guard(mutex);
    return thread == std::this_thread::get_id();
  }

  std::shared_ptr<succession> line = std::make_shared<succession>();
  std::function<void(std::uint64_t)> during = [](std::uint64_t) {};
  std::mutex mutex;
  numbers read;
  std::thread::id thread;
};

/// Belongs to a loop, and reads numbers (as `release_child`, a message with nothing but a number in it).
struct reading_state {
  using handle = reading_actor;
  static constexpr const char* name = "reading";
  static constexpr run_on where = run_on::loop;

  reading_state(handle::pointer who, std::shared_ptr<book> what)
      : self(who), into(std::move(what)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](const release_child& number) {
        if (number.child == unlucky)
          throw std::runtime_error("unlucky");
        into->add(number.child);
      },
    };
  }

  [[nodiscard]] std::shared_ptr<succession> line() const { return into->line; }

  handle::pointer self;
  std::shared_ptr<book> into;
};

struct fixture {
  fixture() { bring_home(); }
  ~fixture() {
    into->line->end();
    post(reader, stop{});
    loop.hand_over();
  }

  /// The reader's first turn is the scheduler's, and may last.
  void bring_home() {
    CHECK(eventually([&] {
      here({0});
      static_cast<void>(loop.run());
      return into->was_here();
    }));
    CHECK(eventually([&] { return !loop.run(); }));
    into->read.clear();
  }

  /// On the loop's thread.
  void here(const numbers& what) {
    for (const auto number : what)
      post_on(loop, reader, release_child{number});
  }

  void elsewhere(const numbers& what) const {
    std::thread([&] {
      for (const auto number : what)
        post(reader, release_child{number});
    }).join();
  }

  system_config config{1};
  caf::actor_system system{config};
  loop_unit loop{system, [] {}};
  std::shared_ptr<book> into = std::make_shared<book>();
  reading_actor reader = spawn_state<reading_state>(system, into);
};

} // namespace

TEST_CASE_FIXTURE(
  fixture, "an actor of the loop handles what comes from there when the loop runs, not before") {
  here({1, 2});
  CHECK(into->now().empty());
  CHECK_FALSE(loop.run());
  CHECK(into->now() == numbers{1, 2});
}

TEST_CASE_FIXTURE(fixture,
                  "what comes from elsewhere meanwhile is next, and in front of what comes then") {
  into->during = [&](std::uint64_t number) {
    if (number != 1)
      return;
    here({3});
    elsewhere({4, 5});
    here({6});
  };
  here({1, 2});
  CHECK(eventually([&] { return !loop.run(); }));
  CHECK(into->now() == numbers{1, 2, 3, 4, 5, 6});
}

TEST_CASE_FIXTURE(fixture,
                  "what an actor was still to be handed when it failed is its heir's, in order") {
  into->during = [&](std::uint64_t number) {
    if (number == 1)
      elsewhere({5});
  };
  here({1, unlucky, 2, 3, 4});
  CHECK(eventually([&] { return !loop.run(); }));
  here({6}); // to one that is dead
  CHECK(into->now() == numbers{1});
  const auto heir = spawn_state<reading_state>(system, into);
  into->line->succeed(caf::actor_cast<caf::strong_actor_ptr>(heir));
  CHECK(eventually([&] {
    static_cast<void>(loop.run());
    return into->now() == numbers{1, 2, 3, 4, 5, 6};
  }));
  post(heir, stop{});
}

TEST_CASE_FIXTURE(fixture, "an actor that ends takes with it what it was still to be handed") {
  post_on(loop, reader, stop{});
  here({1, 2});
  CHECK_FALSE(loop.run());
  CHECK(into->now().empty());
}

TEST_CASE_FIXTURE(fixture, "a loop that ends leaves nobody without what it was to be handed") {
  into->during = [&](std::uint64_t number) {
    if (number == 1)
      elsewhere({3, 4});
  };
  here({1, 2});
  loop.hand_over();
  CHECK(eventually([&] { return into->now() == numbers{1, 2, 3, 4}; }));
}

TEST_CASE(
  "two loops and others send to the same actors: never two at once, and each sender's in order") {
  constexpr std::uint64_t each = 20'000;
  constexpr std::uint64_t sender = 1'000'000'000;
  constexpr std::size_t senders = 3;
  system_config config{1};
  caf::actor_system system{config};
  struct witness {
    std::shared_ptr<book> into = std::make_shared<book>();
    std::array<std::uint64_t, senders> last{};
    std::atomic<bool> is_busy{false};
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> seen{0};
  };
  std::array<witness, 2> witnesses;
  std::array<reading_actor, 2> readers;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    auto& seen = witnesses[i];
    seen.into->during = [&seen](std::uint64_t number) {
      seen.wrong += seen.is_busy.exchange(true) ? 1 : 0;
      auto& last = seen.last[number / sender];
      seen.wrong += number % sender == last + 1 ? 0 : 1;
      last = number % sender;
      ++seen.seen;
      seen.is_busy = false;
    };
    readers[i] = spawn_state<reading_state>(system, seen.into);
  }
  const auto is_over = [&] { return witnesses[0].seen + witnesses[1].seen == 2 * senders * each; };
  const auto on_a_loop = [&](std::uint64_t who) {
    loop_unit loop(system, [] {});
    for (std::uint64_t number = 1; number <= each; ++number) {
      for (const auto& reader : readers)
        post_on(loop, reader, release_child{who * sender + number});
      if (number % 3 == 0)
        static_cast<void>(loop.run());
    }
    CHECK(eventually([&] { return !loop.run() && is_over(); }));
  };
  std::vector<std::thread> threads;
  threads.emplace_back(on_a_loop, 0);
  threads.emplace_back(on_a_loop, 1);
  threads.emplace_back([&] {
    for (std::uint64_t number = 1; number <= each; ++number)
      for (const auto& reader : readers)
        post(reader, release_child{2 * sender + number});
  });
  for (auto& thread : threads)
    thread.join();
  for (const auto& seen : witnesses) {
    CHECK(seen.wrong == 0);
    CHECK(seen.seen == senders * each);
  }
  for (const auto& reader : readers)
    post(reader, stop{});
}
