#include "mdp/actors/compat/succession.hpp"
#include "mdp/actors/supervision/supervisor.hpp"
#include "support/deterministic_system.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace std::chrono_literals;

namespace {

/// Reads numbers (as `release_child`, a message with nothing but a number in it) and fails of 13.
struct reader_state {
  using handle = supervisor_actor;
  static constexpr const char* name = "reader";
  static constexpr run_on where = run_on::scheduler;

  struct store {
    std::vector<std::uint64_t> read;
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  reader_state(handle::pointer s, std::shared_ptr<store> k) : self(s), kept(std::move(k)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [](const adopt_child&) {},
      [this](const release_child& number) {
        if (number.child == 13)
          throw std::runtime_error("unlucky");
        kept->read.push_back(number.child);
      },
      [](const child_down&) {},
      [](const list_children&) {},
      [](deadline_due) {},
    };
  }

  [[nodiscard]] std::shared_ptr<succession> line() const { return kept->line; }

  handle::pointer self;
  std::shared_ptr<store> kept;
};

struct fixture {
  test::deterministic_system system;
  std::shared_ptr<reader_state::store> kept = std::make_shared<reader_state::store>();
  supervisor_actor first = next();

  supervisor_actor next() { return spawn_state<reader_state>(system.actors(), kept); }
  void say(std::initializer_list<std::uint64_t> numbers) {
    for (const auto number : numbers)
      post(first, release_child{number});
  }
  void kill() { caf::anon_send_exit(first, caf::exit_reason::kill); }
  std::vector<std::uint64_t> read() { return std::exchange(kept->read, {}); }
  ~fixture() {
    kept->line->end();
    system.run();
  }
};

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE_FIXTURE(fixture, "what a killed actor had not read is read by the next one, in order") {
  say({1, 2});
  system.run();
  kill();
  say({3, 4});
  system.run();
  say({5});
  system.run();
  CHECK(read() == numbers{1, 2});
  const auto heir = next();
  kept->line->succeed(heir);
  system.run();
  CHECK(read() == numbers{3, 4, 5});
  say({6}); // to the dead one's handle
  system.run();
  CHECK(read() == numbers{6});
  system.send(heir, stop{});
}

TEST_CASE_FIXTURE(fixture, "the message that an actor fails of is gone with it, and no other") {
  say({1, 13, 2});
  system.run();
  const auto heir = next();
  kept->line->succeed(heir);
  system.run();
  CHECK(read() == numbers{1, 2});
  system.send(heir, stop{});
}

TEST_CASE_FIXTURE(fixture, "the next one may fail, too, before it has read anything") {
  kill();
  say({1, 2});
  system.run();
  auto heir = next();
  caf::anon_send_exit(heir, caf::exit_reason::kill);
  system.run();
  kept->line->succeed(heir); // too late
  say({3});
  system.run();
  CHECK(read().empty());
  heir = next();
  kept->line->succeed(heir);
  system.run();
  CHECK(read() == numbers{1, 2, 3});
  system.send(heir, stop{});
}

TEST_CASE_FIXTURE(fixture, "after a normal end nobody comes and nothing waits") {
  system.send(first, stop{});
  say({1, 2});
  system.run();
  CHECK(kept->line->is_over());
  const auto another = next();
  kept->line->succeed(another);
  system.run();
  CHECK(read().empty());
  system.send(another, stop{});
}

TEST_CASE_FIXTURE(fixture, "messages without end do not wait without end") {
  kill();
  system.run();
  for (std::size_t i = 0; i < defaults::succession_max_messages + 3; ++i)
    post(first, release_child{1});
  CHECK(kept->line->take_dropped() == 3);
  CHECK(kept->line->take_dropped() == 0);
}
