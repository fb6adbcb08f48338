#include "mdp/engine/service_queue.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

// What a request costs in a service's queue, by how much there is in it already and by policy. If the
// cost grew with the length of the queue, or more than logarithmically with its workers, it would be
// seen here.

namespace {

using namespace mdp;
using namespace mdp::engine;

constexpr time_point now{};

job job_of(std::uint64_t client, std::uint64_t sequence) {
  return {{peer_id{client}, sequence}, frame("address"), {frame(std::string(64, 'x'))}};
}

queue_config wide(dispatch policy = dispatch::least_recently_used) {
  queue_config config;
  config.max_requests = 1'000'000;
  config.max_bytes = 1'000'000'000;
  config.dispatch.policy = policy;
  return config;
}

/// Answers whatever was given out; how many there were.
std::size_t answer_all(service_queue& queue) {
  std::vector<std::pair<sink_id, job_id>> given;
  queue.actions().drain([&](queue_action&& action) {
    if (const auto* out = std::get_if<assign_to_sink>(&action))
      given.emplace_back(out->sink, out->id);
  });
  for (const auto& [sink, id] : given)
    queue.finish(sink, id, 1, {}, now);
  return given.size();
}

/// A request comes, is given to one of so many workers and answered.
void give_and_answer(benchmark::State& state, dispatch policy) {
  service_queue queue(wide(policy));
  for (std::int64_t i = 1; i <= state.range(0); ++i)
    queue.add_sink(sink_id{static_cast<std::uint64_t>(i)}, 1, now);
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    queue.submit(job_of(1 + sequence % 100, sequence), now);
    ++sequence;
    answer_all(queue);
    queue.actions().drain([](queue_action&&) {});
  }
}

/// The same behind so many that wait: one is answered, which gives out the next, and one comes.
void behind_others(benchmark::State& state) {
  service_queue queue(wide());
  queue.add_sink(sink_id{1}, 1, now);
  std::uint64_t sequence = 0;
  for (std::int64_t i = 0; i <= state.range(0); ++i) {
    queue.submit(job_of(1 + sequence % 100, sequence), now);
    ++sequence;
  }
  for (auto _ : state) {
    answer_all(queue);
    queue.submit(job_of(1 + sequence % 100, sequence), now);
    ++sequence;
  }
}

BENCHMARK_CAPTURE(give_and_answer, least_recently_used, dispatch::least_recently_used)
  ->ArgName("workers")
  ->Arg(1)
  ->Arg(100)
  ->Arg(10'000);
BENCHMARK_CAPTURE(give_and_answer, random, dispatch::random)->ArgName("workers")->Arg(100);
BENCHMARK_CAPTURE(give_and_answer, least_loaded, dispatch::least_loaded)
  ->ArgName("workers")
  ->Arg(100);
BENCHMARK_CAPTURE(give_and_answer, sticky, dispatch::sticky)->ArgName("workers")->Arg(100);
BENCHMARK(behind_others)->ArgName("waiting")->Arg(1)->Arg(1000)->Arg(100'000);

} // namespace
