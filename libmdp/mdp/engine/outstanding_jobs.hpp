#pragma once

#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace mdp::engine {

/// One attempt of one job that a worker holds.
struct held_job {
  job_id id;
  attempt_number attempt = 0;
  std::uint64_t sent_as = 0; ///< The how-manieth message to this worker it went out with.
  time_point since{};        ///< When it was given to the worker, or last continued.
};

/// The requests a broker has given to one worker, by the address frame the worker will echo. With
/// tokens the address names this attempt of this job, unlike any other in the broker: answers are
/// matched in any order, nothing a worker could write names another client (T7), and what it worked
/// out before it came again under the same routing id names nothing at all (T6). Without, it is the
/// client's own routing id, and RFC 7 allows one at a time.
class outstanding_jobs {
public:
  explicit outstanding_jobs(bool tokens) : tokens_(tokens) {}

  /// Books a job and returns the address frame under which the worker will know it.
  frame add(held_job job, const frame& client_address);

  /// The job that `address` names; nothing if no such job is outstanding.
  [[nodiscard]] std::optional<held_job> find(const frame& address) const;

  /// A part of the answer to the job that `address` names came, if there is such a job.
  void continued(const frame& address, time_point now);

  /// Since when the job has waited that has waited longest; nothing if there is none. Looks at all.
  [[nodiscard]] std::optional<time_point> oldest() const noexcept;

  /// The job that `address` names is answered.
  void remove(const frame& address);

  /// The jobs that went out with message `first` or a later one, in their order.
  [[nodiscard]] std::vector<job_id> sent_since(std::uint64_t first) const;

  [[nodiscard]] std::size_t size() const noexcept { return jobs_.size(); }
  [[nodiscard]] bool empty() const noexcept { return jobs_.empty(); }

private:
  bool tokens_;
  std::unordered_map<frame, held_job> jobs_;
};

} // namespace mdp::engine
