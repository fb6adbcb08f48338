#include "integration/asking.hpp"
#include "integration/local_broker.hpp"
#include "mdp/actors/compat/system.hpp"
#include "support/eventually.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Those on their way out are not counted: a thread that has been joined is listed for another moment.
std::size_t running_threads() {
  constexpr unsigned long exiting = 0x4; // Linux's PF_EXITING
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream stat(task.path() / "stat");
    std::string skipped;
    std::getline(stat, skipped, ')'); // no name of a thread here has one
    for (int field = 3; field < 9; ++field)
      stat >> skipped;
    unsigned long flags = exiting;
    stat >> flags; // proc(5) counts from 1; they are the 9th
    count += (flags & exiting) == 0 ? 1 : 0;
  }
  return count;
}

/// Whether there is a thread of that name.
bool is_running(std::string_view name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream comm(task.path() / "comm");
    std::string found;
    std::getline(comm, found);
    if (found == name)
      return true;
  }
  return false;
}

/// What a process has of what a broker takes.
struct belongings {
  std::size_t threads = running_threads();
  std::size_t descriptors = open_descriptors();
  friend bool operator==(const belongings&, const belongings&) = default;
};

message echo(message request) {
  return request;
}

void serve_and_stop(caf::actor_system& system) {
  local_broker broker(system);
  CHECK(broker->spawn_service("echo", {echo, 2}));
  asking client(broker.endpoint());
  CHECK(client.ask_and_wait("echo", "x") == "x");
  CHECK(broker->stop() == 0);
}

} // namespace

TEST_CASE("a broker in somebody's actor system leaves no thread and no descriptor behind") {
  init();
  caf::actor_system_config config;
  caf::actor_system system(config);
  serve_and_stop(system); // what is made once in a process has been made now
  const belongings before{};
  for (int round = 0; round < 3; ++round)
    serve_and_stop(system);
  CHECK(eventually([&] { return belongings{} == before; }));
}

TEST_CASE("several brokers live in one actor system, each with its own services") {
  init();
  caf::actor_system_config config;
  caf::actor_system system(config);
  local_broker first(system);
  local_broker second(system);
  CHECK(first->spawn_service("who", {[](const message&) { return message{frame("first")}; }}));
  CHECK(second->spawn_service("who", {[](const message&) { return message{frame("second")}; }}));
  asking one(first.endpoint());
  asking other(second.endpoint());
  CHECK(one.ask_and_wait("who", "") == "first");
  CHECK(other.ask_and_wait("who", "") == "second");
  first->stop();
  CHECK(other.ask_and_wait("who", "") == "second");
}

TEST_CASE(
  "a broker of its own leaves nothing behind, and only a handler that never returns stays") {
  const auto once = [] {
    local_broker broker;
    CHECK(broker->spawn_service("echo", {echo}));
    asking client(broker.endpoint());
    CHECK(client.ask_and_wait("echo", "x") == "x");
  };
  once();
  // CAF does not wait for the last moments of some of its threads.
  REQUIRE(eventually([] { return !is_running("caf.actor"); }));
  const belongings before{};
  once();
  CHECK(eventually([&] { return belongings{} == before; }));
  struct shared_state {
    std::binary_semaphore begun{0};
    std::binary_semaphore go{0};
  };
  const auto state = std::make_shared<shared_state>();
  {
    broker_config config;
    config.shutdown_grace = 10ms;
    config.handler_grace = 10ms;
    local_broker broker(config);
    CHECK(broker->spawn_service("stuck", {[state](message request) {
                                  state->begun.release();
                                  state->go.acquire();
                                  return request;
                                }}));
    asking client(broker.endpoint());
    auto pending = client.ask("stuck", "x");
    state->begun.acquire();
    CHECK(broker->stop() == 1);
  }
  CHECK(eventually([&] { return belongings{}.threads == before.threads + 1; }));
  state->go.release();
  CHECK(eventually([&] { return belongings{} == before; }));
}
