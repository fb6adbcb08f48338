#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/messages.hpp"
#include "support/deterministic_system.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>

// What one message from actor to actor costs, the one who reads it being idle.

namespace {

using namespace mdp;
using namespace mdp::actors;

struct counter_state {
  using handle = stoppable_actor;
  static constexpr const char* name = "counter";
  static constexpr run_on where = run_on::loop;

  counter_state(handle::pointer, std::uint64_t& count) : count_(&count) {}
  handle::behavior_type make_behavior() {
    return {[this](stop) { ++*count_; }};
  }

  std::uint64_t* count_;
};

/// As a loop does, which hands an idle actor of its own the message.
void one_hop_on_a_loop(benchmark::State& state) {
  test::deterministic_system system;
  std::uint64_t count = 0;
  const auto reader = spawn_state<counter_state>(system.actors(), std::ref(count));
  system.run();
  system.use_loop();
  for (auto _ : state)
    system.send(reader, stop{});
  benchmark::DoNotOptimize(count);
}

/// By its mailbox and CAF's scheduler, that of tests.
void one_hop_by_caf(benchmark::State& state) {
  test::deterministic_system system;
  std::uint64_t count = 0;
  const auto reader = spawn_state<counter_state>(system.actors(), std::ref(count));
  for (auto _ : state)
    system.send(reader, stop{});
  benchmark::DoNotOptimize(count);
}

BENCHMARK(one_hop_on_a_loop);
BENCHMARK(one_hop_by_caf);

} // namespace
