#include "sim/world.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

// Runs the simulation from many seeds. A failure prints its seed; to see how it came about:
//
//     MDP_SIM_SEED=4711 MDP_SIM_TRACE=1 build/bin/test_sim -tc='the simulated*'
//
//     MDP_SIM_SEED=N      begins with this seed (1)
//     MDP_SIM_SEEDS=N     runs so many (1000; 1 when a seed is given)
//     MDP_SIM_TRACE=1     prints every event as it happens

using namespace mdp::sim;

namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const auto* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// What went wrong, and the last events before it; from a second run, as the first took no notes.
std::string story_of(std::uint64_t seed) {
  run_options options;
  options.seed = seed;
  options.trace_lines = 60;
  const auto outcome = world(options).run();
  std::string story = "seed " + std::to_string(seed) + ": " + outcome.violation.value_or("nothing?");
  for (const auto& line : outcome.last_events)
    story.append("\n  ").append(line);
  return story;
}

std::string summary_of(const run_statistics& sum) {
  std::string text;
  const auto say = [&](const char* what, std::uint64_t count) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(count)).append(" ").append(what);
  };
  say("accepted", sum.jobs.accepted); say("answered", sum.jobs.answered); say("cancelled", sum.jobs.cancelled); say("retried", sum.jobs.retried);
  for (std::size_t i = 0; i < mdp::engine::refusal_count; ++i)
    say(to_string(static_cast<mdp::engine::refusal>(i)).data(), sum.jobs.refused[i]);
  for (std::size_t i = 0; i < mdp::engine::worker_end_count; ++i)
    say(to_string(static_cast<mdp::engine::worker_end>(i)).data(), sum.peers.ended_workers[i]);
  for (std::size_t i = 0; i < 6; ++i)
    say("verdict", sum.peers.verdicts[i]);
  say("invalid", sum.peers.invalid_messages); say("unreachable", sum.peers.unreachable); say("late", sum.peers.late_answers);
  say("asked", sum.clients.asked); say("finished", sum.clients.finished); say("failed", sum.clients.failed); say("status", sum.clients.status_replies); say("retries", sum.clients.retries);
  say("conversations", sum.workers.conversations); say("works", sum.workers.works); say("void", sum.workers.void_results);
  return text;
}

} // namespace

TEST_CASE("the simulated world keeps all its promises, whatever goes wrong") {
  const auto first = number_from_environment("MDP_SIM_SEED", 1);
  const bool is_one = std::getenv("MDP_SIM_SEED") != nullptr;
  const auto count = number_from_environment("MDP_SIM_SEEDS", is_one ? 1 : 1000);

  run_statistics sum;
  int failures = 0;
  for (auto seed = first; seed < first + count && failures < 3; ++seed) {
    INFO("seed ", seed); // shown as well when an assertion of the engines ends the process
    run_options options;
    options.seed = seed;
    options.is_loud = std::getenv("MDP_SIM_TRACE") != nullptr;
    const auto outcome = world(options).run();
    sum.add(outcome.statistics);
    if (!outcome.violation)
      continue;
    ++failures;
    FAIL_CHECK(story_of(seed));
  }
  MESSAGE(summary_of(sum));
  MESSAGE(sum.steps, " steps, ", sum.messages, " messages, ", sum.faults, " faults, ", sum.pranks,
          " pranks");
}
