#pragma once

#include "mdp/load/histogram.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

namespace mdp::load {

/// What went wrong with a request, or with a worker of the load.
enum class trouble : std::uint8_t {
  no_answer,           ///< none within the time-out
  error_reply,         ///< `mdp-status` with a code of 400 or more
  damaged,             ///< the answer is not what was sent, though our own workers echo
  unasked,             ///< an answer too many, or too late
  not_mdp,             ///< a client got something that is no answer
  worker_disconnected, ///< a worker was told to go
  worker_not_mdp,      ///< a worker got something that is no MDP
};

inline constexpr std::size_t troubles = 7;

constexpr std::string_view to_string(trouble what) noexcept {
  constexpr std::array<std::string_view, troubles> names{
    "no answer",           "error reply",      "damaged answer",     "unasked or late answer",
    "not MDP to a client", "worker sent away", "not MDP to a worker"};
  return names[static_cast<std::size_t>(what)];
}

/// What one thread has seen.
struct tally {
  histogram latency;                            ///< Of answers that came while it counts.
  std::uint64_t parts = 0;                      ///< Of answers, ends not included, while it counts.
  std::array<std::uint64_t, troubles> errors{}; ///< At any time.

  void count(trouble what) noexcept { ++errors[static_cast<std::size_t>(what)]; }

  void add(const tally& other) noexcept {
    latency.add(other.latency);
    parts += other.parts;
    for (std::size_t i = 0; i < troubles; ++i)
      errors[i] += other.errors[i];
  }

  [[nodiscard]] std::uint64_t failures() const noexcept {
    return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0});
  }
};

} // namespace mdp::load
