#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <utility>

// What reading and writing a message costs, its frames being there already.

namespace {

using namespace mdp;
using wire::protocol_version;

protocol_version version_of(const benchmark::State& state) {
  return state.range(0) == 1 ? protocol_version::v0_1 : protocol_version::v0_2;
}

message body_of(const benchmark::State& state) {
  return {frame(std::string(static_cast<std::size_t>(state.range(1)), 'x'))};
}

void decode_request_at_broker(benchmark::State& state) {
  const wire::limits bounds;
  const auto frames = encode(
    wire::client_request{{{}, state.range(0) == 1}, "echo", body_of(state)}, version_of(state));
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::decode_at_broker(frames, bounds));
}

void decode_reply_at_broker(benchmark::State& state) {
  const wire::limits bounds;
  const auto frames = encode(
    wire::from_worker{wire::worker_final{frame("address"), body_of(state)}}, version_of(state));
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::decode_at_broker(frames, bounds));
}

void encode_request_for_worker(benchmark::State& state) {
  const wire::worker_request request{frame("address"), body_of(state)};
  for (auto _ : state)
    benchmark::DoNotOptimize(encode(wire::to_worker{request}, version_of(state)));
}

void encode_reply_for_client(benchmark::State& state) {
  const wire::client_final reply{{{}, state.range(0) == 1}, "echo", body_of(state)};
  for (auto _ : state)
    benchmark::DoNotOptimize(encode(wire::to_client{reply}, version_of(state)));
}

/// MDP 0.1 and 0.2, with bodies that are kept inline, on the heap, and large.
void in_all_sizes(benchmark::internal::Benchmark* each) {
  each->ArgNames({"mdp0.", "bytes"})->ArgsProduct({{1, 2}, {8, 64, 65536}});
}

BENCHMARK(decode_request_at_broker)->Apply(in_all_sizes);
BENCHMARK(decode_reply_at_broker)->Apply(in_all_sizes);
BENCHMARK(encode_request_for_worker)->Apply(in_all_sizes);
BENCHMARK(encode_reply_for_client)->Apply(in_all_sizes);

} // namespace
