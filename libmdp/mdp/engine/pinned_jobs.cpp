#include "mdp/engine/pinned_jobs.hpp"

#include "mdp/assert.hpp"

namespace mdp::engine {

void pinned_jobs::add(sink_id sink, queued_job& job) {
  auto& line = lines_[sink];
  job.previous = line.tail;
  job.next = nullptr;
  (line.tail != nullptr ? line.tail->next : line.head) = &job;
  line.tail = &job;
  ++count_;
}

queued_job* pinned_jobs::take(sink_id sink, bool others_wait) {
  const auto where = lines_.find(sink);
  if (where == lines_.end())
    return nullptr;
  auto& line = where->second;
  line.had_turn = !line.had_turn && others_wait;
  if (others_wait && !line.had_turn)
    return nullptr;
  auto* const job = line.head;
  unlink(where, *job);
  return job;
}

void pinned_jobs::remove(sink_id sink, queued_job& job) {
  const auto where = lines_.find(sink);
  MDP_ASSERT(where != lines_.end());
  unlink(where, job);
}

std::vector<queued_job*> pinned_jobs::take_all(sink_id sink) {
  std::vector<queued_job*> all;
  for (auto where = lines_.find(sink); where != lines_.end(); where = lines_.find(sink)) {
    all.push_back(where->second.head);
    unlink(where, *all.back());
  }
  return all;
}

const queued_job* pinned_jobs::oldest() const noexcept {
  const queued_job* oldest = nullptr;
  for (const auto& [sink, line] : lines_)
    if (oldest == nullptr || line.head->order < oldest->order)
      oldest = line.head;
  return oldest;
}

void pinned_jobs::unlink(lines::iterator where, queued_job& job) noexcept {
  auto& line = where->second;
  (job.previous != nullptr ? job.previous->next : line.head) = job.next;
  (job.next != nullptr ? job.next->previous : line.tail) = job.previous;
  job.previous = job.next = nullptr;
  --count_;
  if (line.head == nullptr)
    lines_.erase(where);
}

} // namespace mdp::engine
