#pragma once

#include "mdp/engine/pending_jobs.hpp"
#include "mdp/ids.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace mdp::engine {

/// The sinks of one service and how much room each has. The next job goes to the sink with the
/// fewest jobs in flight, so that a small load spreads before anybody is filled deeply; among equals
/// to the least recently used (7-4). Jobs in flight are linked through `queued_job`, which is free
/// for that as they do not wait. All operations are logarithmic in the number of sinks.
class sink_table {
public:
  /// False if the sink is already here. `capacity` is at least 1.
  bool add(sink_id sink, std::uint32_t capacity);

  /// Takes a sink out and returns the first of the jobs it held, linked through `next`; null if it
  /// held none or was not here.
  queued_job* remove(sink_id sink);

  /// Books `job` on the best sink with room and writes it into `job.sink`. There must be room.
  void book(queued_job& job);

  /// `job` is off its sink's hands.
  void release(queued_job& job);

  [[nodiscard]] bool empty() const noexcept { return sinks_.empty(); }
  [[nodiscard]] bool has_room() const noexcept { return !with_room_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return sinks_.size(); }
  [[nodiscard]] bool contains(sink_id sink) const noexcept { return sinks_.contains(sink); }

  /// Calls `visit(sink, capacity, in flight)` for each, in no order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& [sink, state] : sinks_)
      visit(sink, state.capacity, state.in_flight);
  }

private:
  struct sink_state {
    std::uint32_t capacity = 1;
    std::uint32_t in_flight = 0;
    std::uint64_t last_used = 0; // a counter, not a time: only the order matters
    queued_job* jobs = nullptr;  // in flight, the latest first
  };
  using rank = std::tuple<std::uint32_t, std::uint64_t, sink_id>; // in flight, last used, who

  static rank rank_of(sink_id sink, const sink_state& state) {
    return {state.in_flight, state.last_used, sink};
  }

  std::unordered_map<sink_id, sink_state> sinks_;
  std::set<rank> with_room_; // best first
  std::set<rank>::node_type
    spare_; // of a sink that filled up, so that the usual case allocates nothing
  std::uint64_t uses_ = 0;
};

} // namespace mdp::engine
