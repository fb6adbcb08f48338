#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/pending_jobs.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace mdp::engine {

/// The jobs that wait for one service, in classes of priority. Within a class clients take turns as
/// `pending_jobs` says, and jobs that came back go first; a higher class goes before a lower one.
///
/// Nobody starves: after `defaults::priority_burst` turns in a row that a class has had while a lower
/// one waited, the lower ones have a turn. With 8 that is at least one turn in 9 for normal jobs
/// under a flood of high ones, and one in 81 for low ones under floods of both.
///
/// Where all jobs are of one class this is that class's `pending_jobs` and nothing else.
class waiting_lanes {
public:
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept {
    return lanes_[0].size() + lanes_[1].size() + lanes_[2].size();
  }

  void add(queued_job& job) { lane_of(job).add(job); }
  void put_back(queued_job& job) { lane_of(job).put_back(job); }
  void remove(queued_job& job) { lane_of(job).remove(job); }

  /// Takes the job whose turn it is; null when none waits.
  queued_job* take();

  /// The one that came before all others; null when none waits.
  [[nodiscard]] const queued_job* oldest() const noexcept;

  /// As `pending_jobs::take_expired()`.
  template <class Visitor>
  void take_expired(time_point now, Visitor&& visit) {
    for (auto& lane : lanes_)
      lane.take_expired(now, visit);
  }

private:
  static_assert(priority_count == 3);

  [[nodiscard]] pending_jobs& lane_of(const queued_job& job) noexcept {
    return lanes_[static_cast<std::size_t>(job.what.urgency)];
  }
  [[nodiscard]] bool waits_below(std::size_t lane) const noexcept;

  std::array<pending_jobs, priority_count> lanes_;        // the most urgent first
  std::array<std::uint32_t, priority_count> bursts_ = {}; // turns in a row while a lower one waited
};

} // namespace mdp::engine
