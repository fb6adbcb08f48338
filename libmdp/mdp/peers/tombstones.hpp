#pragma once

#include "mdp/defaults.hpp"
#include "mdp/frame.hpp"
#include "mdp/time.hpp"

#include <deque>
#include <unordered_map>
#include <utility>

namespace mdp::peers {

/// Remembers for a while which routing ids were told to go, so that they are told once and then
/// nothing more (7-28, 7-30, T9). Bounded: the oldest is forgotten first, and a forgotten peer that
/// still talks is merely told again.
class tombstones {
public:
  tombstones(std::size_t capacity, duration lifetime) : capacity_(capacity), lifetime_(lifetime) {}

  /// Remembers `routing_id` from `now` on; once more, if it is here already.
  void add(const frame& routing_id, time_point now) {
    expire(now);
    const auto until = now + lifetime_;
    if (const auto entry = until_.find(routing_id); entry != until_.end() && entry->second == until)
      return; // a second note of the same time could not be told from the first
    if (capacity_ == 0)
      return;
    if (order_.size() >= capacity_)
      pop_oldest();
    until_[routing_id] = until;
    order_.emplace_back(routing_id, until);
  }

  /// A READY makes a peer new again.
  void remove(const frame& routing_id) { until_.erase(routing_id); }

  [[nodiscard]] bool contains(const frame& routing_id, time_point now) const {
    const auto entry = until_.find(routing_id);
    return entry != until_.end() && now < entry->second;
  }

  [[nodiscard]] std::size_t size() const noexcept { return until_.size(); }

private:
  void expire(time_point now) {
    while (!order_.empty() && order_.front().second <= now)
      pop_oldest();
  }

  void pop_oldest() {
    const auto& [routing_id, until] = order_.front();
    const auto entry = until_.find(routing_id);
    if (entry != until_.end() && entry->second == until) // not removed or added again meanwhile
      until_.erase(entry);
    order_.pop_front();
  }

  std::size_t capacity_;
  duration lifetime_;
  std::unordered_map<frame, time_point> until_;
  std::deque<std::pair<frame, time_point>> order_;
};

} // namespace mdp::peers
