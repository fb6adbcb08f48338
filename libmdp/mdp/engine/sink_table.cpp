#include "mdp/engine/sink_table.hpp"

#include "mdp/assert.hpp"

#include <utility>

namespace mdp::engine {

bool sink_table::add(sink_id sink, std::uint32_t capacity) {
  MDP_ASSERT(capacity >= 1);
  const auto [entry, is_new] = sinks_.try_emplace(sink);
  if (!is_new)
    return false;
  entry->second.capacity = capacity;
  entry->second.last_used = ++uses_;
  with_room_.insert(rank_of(sink, entry->second));
  return true;
}

queued_job* sink_table::remove(sink_id sink) {
  const auto entry = sinks_.find(sink);
  if (entry == sinks_.end())
    return nullptr;
  with_room_.erase(rank_of(sink, entry->second));
  auto* jobs = entry->second.jobs;
  sinks_.erase(entry);
  return jobs;
}

void sink_table::book(queued_job& job) {
  MDP_ASSERT(has_room());
  auto node = with_room_.extract(with_room_.begin());
  const auto sink = std::get<sink_id>(node.value());
  auto& state = sinks_.find(sink)->second;
  job.sink = sink;
  job.previous = nullptr;
  job.next = state.jobs;
  if (state.jobs != nullptr)
    state.jobs->previous = &job;
  state.jobs = &job;
  ++state.in_flight;
  if (state.in_flight < state.capacity) {
    node.value() = rank_of(sink, state);
    with_room_.insert(std::move(node));
  } else
    spare_ = std::move(node);
}

void sink_table::release(queued_job& job) {
  MDP_ASSERT(job.sink.has_value());
  const auto sink = *job.sink;
  const auto entry = sinks_.find(sink);
  MDP_ASSERT(entry != sinks_.end());
  auto& state = entry->second;
  auto node = with_room_.extract(rank_of(sink, state));
  if (node.empty()) // the sink was full
    node = std::move(spare_);
  (job.previous != nullptr ? job.previous->next : state.jobs) = job.next;
  if (job.next != nullptr)
    job.next->previous = job.previous;
  job.previous = job.next = nullptr;
  job.sink.reset();
  --state.in_flight;
  state.last_used = ++uses_;
  if (node.empty())
    with_room_.insert(rank_of(sink, state));
  else {
    node.value() = rank_of(sink, state);
    with_room_.insert(std::move(node));
  }
}

} // namespace mdp::engine
