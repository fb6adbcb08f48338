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

/// The same, past CAF's table of handlers.
struct frequent_counter_state : counter_state {
  using frequent = frequent_messages<stop>;

  using counter_state::counter_state;
  void on(stop) { ++*count_; }
};

template <class State>
void hop(benchmark::State& state, bool is_on_a_loop) {
  test::deterministic_system system;
  std::uint64_t count = 0;
  const auto reader = spawn_state<State>(system.actors(), std::ref(count));
  system.run();
  if (is_on_a_loop)
    system.use_loop();
  for (auto _ : state)
    system.send(reader, stop{});
  benchmark::DoNotOptimize(count);
}

/// As a loop does with what each request brings: it hands an idle actor of its own the message.
void one_hop_of_a_frequent_message(benchmark::State& state) {
  hop<frequent_counter_state>(state, true);
}

void one_hop_on_a_loop(benchmark::State& state) {
  hop<counter_state>(state, true);
}

/// By its mailbox and CAF's scheduler, that of tests.
void one_hop_by_caf(benchmark::State& state) {
  hop<counter_state>(state, false);
}

BENCHMARK(one_hop_of_a_frequent_message);
BENCHMARK(one_hop_on_a_loop);
BENCHMARK(one_hop_by_caf);

} // namespace
