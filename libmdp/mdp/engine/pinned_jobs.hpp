#pragma once

#include "mdp/engine/pending_jobs.hpp"
#include "mdp/ids.hpp"

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mdp::engine {

/// The jobs that wait for one sink and no other, while it is full. Each sink has its line, in the order
/// they came; those that wait for anybody and those that wait for it take turns at its room. Holds
/// pointers only, as `pending_jobs` does; all operations but sweeping are constant time.
class pinned_jobs {
public:
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// Adds a job behind the others for `sink`.
  void add(sink_id sink, queued_job& job);

  /// Takes the job whose turn it is when `sink` has room; null if none waits for it, or if it is the
  /// others' turn, should there be any (`others_wait`).
  queued_job* take(sink_id sink, bool others_wait);

  /// Takes one particular job that waits for `sink`.
  void remove(sink_id sink, queued_job& job);

  /// Takes all that wait for `sink`, which is gone.
  [[nodiscard]] std::vector<queued_job*> take_all(sink_id sink);

  /// The one that came before all others; null when none waits. Looks at each line's first.
  [[nodiscard]] const queued_job* oldest() const noexcept;

  /// Hands each job, whoever it waits for, to `visit`.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& [sink, line] : lines_)
      for (auto* job = line.head; job != nullptr; job = job->next)
        visit(sink, *job);
  }

private:
  struct line {
    queued_job* head = nullptr;
    queued_job* tail = nullptr;
    bool had_turn = false; // before those that wait for anybody
  };
  using lines = std::unordered_map<sink_id, line>;

  void unlink(lines::iterator where, queued_job& job) noexcept;

  lines lines_; // none is empty
  std::size_t count_ = 0;
};

} // namespace mdp::engine
