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
  policy_.added(sink, entry->second);
  with_room_.insert(policy_.rank_of(sink, entry->second));
  return true;
}

queued_job* sink_table::remove(sink_id sink) {
  const auto entry = sinks_.find(sink);
  if (entry == sinks_.end())
    return nullptr;
  with_room_.erase(policy_.rank_of(sink, entry->second));
  policy_.removed(sink);
  auto* jobs = entry->second.jobs;
  sinks_.erase(entry);
  return jobs;
}

void sink_table::book(queued_job& job) {
  MDP_ASSERT(has_room());
  book_at(
    policy_.choose(with_room_, job.what, [this](sink_id sink) { return rank_with_room(sink); }),
    job);
}

void sink_table::book_on(sink_id sink, queued_job& job) {
  MDP_ASSERT(has_room(sink));
  book_at(with_room_.find(*rank_with_room(sink)), job);
}

void sink_table::book_at(std::set<sink_rank>::const_iterator place, queued_job& job) {
  auto node = with_room_.extract(place);
  const auto sink = node.value().sink;
  auto& state = sinks_.find(sink)->second;
  job.sink = sink;
  job.previous = nullptr;
  job.next = state.jobs;
  if (state.jobs != nullptr)
    state.jobs->previous = &job;
  state.jobs = &job;
  ++state.in_flight;
  policy_.booked(state);
  if (state.has_room()) {
    node.value() = policy_.rank_of(sink, state);
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
  auto node = with_room_.extract(policy_.rank_of(sink, state));
  if (node.empty()) // the sink was full
    node = std::move(spare_);
  (job.previous != nullptr ? job.previous->next : state.jobs) = job.next;
  if (job.next != nullptr)
    job.next->previous = job.previous;
  job.previous = job.next = nullptr;
  job.sink.reset();
  --state.in_flight;
  policy_.released(state);
  if (node.empty())
    with_room_.insert(policy_.rank_of(sink, state));
  else {
    node.value() = policy_.rank_of(sink, state);
    with_room_.insert(std::move(node));
  }
}

void sink_table::report_load(sink_id sink, std::uint32_t load) {
  const auto entry = sinks_.find(sink);
  if (entry == sinks_.end())
    return;
  auto& state = entry->second;
  auto node = with_room_.extract(policy_.rank_of(sink, state));
  policy_.reported(state, load);
  if (!node.empty()) {
    node.value() = policy_.rank_of(sink, state);
    with_room_.insert(std::move(node));
  }
}

std::optional<sink_id> sink_table::next_for(const job& what) const {
  if (const auto sink = sink_of_key(what))
    return sink;
  return has_room() ? std::optional(with_room_.begin()->sink) : std::nullopt;
}

std::optional<sink_id> sink_table::sink_of_key(const job& what) const {
  return policy_.sticky_sink(what, [this](sink_id sink) { return rank_with_room(sink); });
}

std::optional<sink_rank> sink_table::rank_with_room(sink_id sink) const {
  const auto& state = sinks_.find(sink)->second;
  return state.has_room() ? std::optional(policy_.rank_of(sink, state)) : std::nullopt;
}

} // namespace mdp::engine
