#pragma once

#include "mdp/engine/dispatch_policy.hpp"
#include "mdp/engine/pending_jobs.hpp"
#include "mdp/ids.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>

namespace mdp::engine {

/// The sinks of one service and how much room each has. Which of those with room gets the next job is
/// the business of `dispatch_policy`. Jobs in flight are linked through `queued_job`, which is free
/// for that as they do not wait. All operations are logarithmic in the number of sinks.
class sink_table {
public:
  explicit sink_table(const dispatch_config& config = {}) : policy_(config) {}

  /// False if the sink is already here. `capacity` is at least 1.
  bool add(sink_id sink, std::uint32_t capacity);

  /// Takes a sink out and returns the first of the jobs it held, linked through `next`; null if it
  /// held none or was not here.
  queued_job* remove(sink_id sink);

  /// Books `job` on the sink that the policy chooses and writes it into `job.sink`. There must be
  /// room.
  void book(queued_job& job);

  /// The same on `sink`, which is here and has room, whatever the policy says.
  void book_on(sink_id sink, queued_job& job);

  /// `job` is off its sink's hands.
  void release(queued_job& job);

  /// The sink says how loaded it is, in thousandths; ignored if it is not here.
  void report_load(sink_id sink, std::uint32_t load);

  [[nodiscard]] bool empty() const noexcept { return sinks_.empty(); }
  [[nodiscard]] bool has_room() const noexcept { return !with_room_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return sinks_.size(); }
  [[nodiscard]] bool contains(sink_id sink) const noexcept { return sinks_.contains(sink); }
  /// Whether that sink is here and has room.
  [[nodiscard]] bool has_room(sink_id sink) const noexcept {
    const auto entry = sinks_.find(sink);
    return entry != sinks_.end() && entry->second.has_room();
  }

  [[nodiscard]] const dispatch_policy& policy() const noexcept { return policy_; }

  /// Calls `visit(sink, state)` for each, in no order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& [sink, state] : sinks_)
      visit(sink, state);
  }

  /// The same for those with room, in the policy's order; keys and chance aside.
  template <class Visitor>
  void for_each_with_room(Visitor&& visit) const {
    for (const auto& rank : with_room_)
      visit(rank.sink, sinks_.at(rank.sink));
  }

  /// The sink that would get `what` if it came now; nothing if none has room. Where chance decides
  /// it is one of those that may be hit.
  [[nodiscard]] std::optional<sink_id> next_for(const job& what) const;
  /// Whether a key, and nothing else, leads `what` there.
  [[nodiscard]] bool is_led_by_key(const job& what) const { return sink_of_key(what).has_value(); }
  /// A sink that is here.
  [[nodiscard]] const sink_state& at(sink_id sink) const { return sinks_.at(sink); }

private:
  void book_at(std::set<sink_rank>::const_iterator place, queued_job& job);
  [[nodiscard]] std::optional<sink_rank> rank_with_room(sink_id sink) const;
  [[nodiscard]] std::optional<sink_id> sink_of_key(const job& what) const;

  dispatch_policy policy_;
  std::unordered_map<sink_id, sink_state> sinks_;
  std::set<sink_rank> with_room_; // best first
  std::set<sink_rank>::node_type
    spare_; // of a sink that filled up, so that the usual case allocates nothing
};

} // namespace mdp::engine
