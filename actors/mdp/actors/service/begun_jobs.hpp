#pragma once

#include "mdp/ids.hpp"

#include <atomic>
#include <mutex>
#include <unordered_set>

namespace mdp::actors {

/// Which of an in-process service's jobs have been begun and not answered. The queue looks here when
/// the service has failed: what was never begun has not had an attempt (T22). It is the gate of all
/// answers as well, as those of a service that has ended count no more. Thread-safe.
class begun_jobs {
public:
  /// Called ahead of any work on a job. False if the service has ended: then hands off.
  [[nodiscard]] bool begin(job_id id) {
    const std::lock_guard guard(mutex_);
    if (is_closed_)
      return false;
    jobs_.insert(id);
    return true;
  }

  /// The job's answer is under way. After close() nothing is forgotten any more: whether such an answer
  /// was ahead of the news of the end, nobody knows.
  void end(job_id id) {
    const std::lock_guard guard(mutex_);
    if (!is_closed_)
      jobs_.erase(id);
  }

  /// Nothing begins from now on, and what has begun cannot be answered any more.
  void close() {
    const std::lock_guard guard(mutex_);
    is_closed_ = true;
  }

  [[nodiscard]] bool contains(job_id id) const {
    const std::lock_guard guard(mutex_);
    return jobs_.contains(id);
  }

  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

private:
  mutable std::mutex mutex_;
  std::unordered_set<job_id> jobs_;
  std::atomic<bool> is_closed_{false};
};

} // namespace mdp::actors
