#include "mdp/engine/pending_jobs.hpp"

#include "mdp/assert.hpp"

namespace mdp::engine {

void pending_jobs::add(queued_job& job) {
  auto [entry, is_new] = by_client_.try_emplace(job.what.id.client);
  if (is_new) {
    if (spare_.empty())
      turns_.emplace_back();
    else
      turns_.splice(turns_.end(), spare_, spare_.begin());
    entry->second = std::prev(turns_.end());
    *entry->second = {job.what.id.client, nullptr, nullptr};
  }
  auto& line = *entry->second;
  job.previous = line.tail;
  job.next = nullptr;
  (line.tail != nullptr ? line.tail->next : line.head) = &job;
  line.tail = &job;
  ++count_;
}

void pending_jobs::put_back(queued_job& job) {
  const auto inserted = returned_.emplace(job.order, &job).second;
  MDP_ASSERT(inserted);
  ++count_;
}

queued_job* pending_jobs::take() {
  if (!returned_.empty()) {
    auto* job = returned_.begin()->second;
    returned_.erase(returned_.begin());
    --count_;
    return job;
  }
  if (turns_.empty())
    return nullptr;
  auto line = turns_.begin();
  auto* job = line->head;
  unlink(*line, *job);
  if (line->head != nullptr)
    turns_.splice(turns_.end(), turns_, line); // the others' turn
  else {
    by_client_.erase(line->client);
    spare_.splice(spare_.end(), turns_, line);
    if (spare_.size() > 64)
      spare_.pop_front();
  }
  return job;
}

void pending_jobs::remove(queued_job& job) {
  if (returned_.erase(job.order) > 0) {
    --count_;
    return;
  }
  const auto entry = by_client_.find(job.what.id.client);
  MDP_ASSERT(entry != by_client_.end());
  const auto line = entry->second;
  unlink(*line, job);
  if (line->head == nullptr)
    remove_line(line);
}

const queued_job* pending_jobs::oldest() const noexcept {
  const auto* oldest = returned_.empty() ? nullptr : returned_.begin()->second;
  for (const auto& line : turns_)
    if (oldest == nullptr || line.head->order < oldest->order)
      oldest = line.head;
  return oldest;
}

void pending_jobs::unlink(client_line& line, queued_job& job) noexcept {
  (job.previous != nullptr ? job.previous->next : line.head) = job.next;
  (job.next != nullptr ? job.next->previous : line.tail) = job.previous;
  job.previous = job.next = nullptr;
  --count_;
}

void pending_jobs::remove_line(lines::iterator line) {
  by_client_.erase(line->client);
  turns_.erase(line);
}

} // namespace mdp::engine
