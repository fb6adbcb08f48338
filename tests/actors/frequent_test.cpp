#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/messages.hpp"
#include "support/deterministic_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/scoped_actor.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace std::chrono_literals;

namespace {

using counting_actor = stoppable_actor::extend<takes<release_child>, takes<deadline_due>>;

struct book {
  std::vector<std::uint64_t> past_table;
  std::vector<std::uint64_t> by_table;
  std::size_t others = 0;
  std::shared_ptr<succession> line = std::make_shared<succession>();
};

/// Notes which way numbers come (as `release_child`, a message with nothing but a number in it), fails of 13 and ends
/// with 99.
struct counting_state {
  using handle = counting_actor;
  static constexpr const char* name = "counting";
  static constexpr run_on where = run_on::scheduler;
  using frequent = frequent_messages<release_child>;

  counting_state(handle::pointer who, std::shared_ptr<book> what)
      : self(who), into(std::move(what)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](const release_child& number) { into->by_table.push_back(number.child); },
      [this](deadline_due) { ++into->others; },
    };
  }

  void on(release_child& number) {
    if (number.child == 13)
      throw std::runtime_error("unlucky");
    if (number.child == 99)
      end_normally(self);
    into->past_table.push_back(number.child);
    CHECK(self->current_sender() == nullptr); // who reads it knows whose it is, as in any handler
  }

  [[nodiscard]] std::shared_ptr<succession> line() const { return into->line; }

  handle::pointer self;
  std::shared_ptr<book> into;
};

struct fixture {
  test::deterministic_system system;
  std::shared_ptr<book> into = std::make_shared<book>();
  counting_actor actor = next();
  std::optional<exit_kind> end;

  fixture() {
    system.run();
    caf::actor_cast<caf::abstract_actor*>(actor)->attach_functor(
      [this](const caf::error& reason) { end = exit_kind_of(reason); });
  }
  ~fixture() {
    into->line->end();
    system.send(actor, stop{});
  }

  counting_actor next() { return spawn_state<counting_state>(system.actors(), into); }
  void say(std::initializer_list<std::uint64_t> numbers) {
    for (const auto number : numbers)
      post(actor, release_child{number});
    system.run();
  }
};

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE_FIXTURE(
  fixture, "a frequent message is handled past the table, and the others by it, each in its turn") {
  say({1, 2});
  system.send(actor, deadline_due{});
  say({3});
  CHECK(into->past_table == numbers{1, 2, 3});
  CHECK(into->by_table.empty());
  CHECK(into->others == 1);
}

TEST_CASE_FIXTURE(fixture, "a frequent message that CAF has wrapped is handled by the table") {
  actor->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                           caf::make_message(release_child{4})),
                 nullptr);
  system.run();
  CHECK(into->past_table.empty());
  CHECK(into->by_table == numbers{4});
}

TEST_CASE_FIXTURE(fixture,
                  "one that is asked with a request is handled by the table, which answers it") {
  const caf::scoped_actor asking{system.actors()};
  auto answer = asking->request(actor, 1s, release_child{5});
  system.run();
  bool is_answered = false;
  answer.receive([&] { is_answered = true; }, [](const caf::error&) {});
  CHECK(is_answered);
  CHECK(into->by_table == numbers{5});
}

TEST_CASE_FIXTURE(
  fixture, "an actor that fails of a frequent message has failed, and its heir has what is left") {
  say({6, 13, 7});
  REQUIRE(end.has_value());
  CHECK(end->failed);
  CHECK(into->past_table == numbers{6});
  actor = next();
  into->line->succeed(actor);
  system.run();
  CHECK(into->past_table == numbers{6});
  CHECK(into->by_table == numbers{7}); // it was wrapped when it was left
}

TEST_CASE_FIXTURE(fixture, "an actor that ends with a frequent message handles none behind it") {
  say({8, 99, 9});
  REQUIRE(end.has_value());
  CHECK_FALSE(end->failed);
  CHECK(into->past_table == numbers{8, 99});
}
