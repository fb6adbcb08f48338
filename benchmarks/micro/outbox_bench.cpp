#include "mdp/actors/io/outbox.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <thread>
#include <vector>

// What it costs to bring messages to the socket loop, from its own thread, which needs not be woken, and
// from another one.

namespace {

using namespace mdp;
using namespace mdp::actors::io;

send_frames hello() {
  return {.socket = socket_id{1},
          .peer = peer_id{7},
          .routing_id = frame("a peer"),
          .frames = {frame("hello")}};
}

void push_and_take(benchmark::State& state, bool from_loop) {
  outbox box;
  box.set_loop_thread(from_loop ? std::this_thread::get_id() : std::thread::id());
  std::vector<loop_command> taken;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i)
      benchmark::DoNotOptimize(box.push(hello()));
    box.wake().drain();
    box.swap_into(taken);
    taken.clear();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK_CAPTURE(push_and_take, from_the_loop, true)->ArgName("at_a_time")->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(push_and_take, from_elsewhere, false)->ArgName("at_a_time")->Arg(1)->Arg(64);

} // namespace
