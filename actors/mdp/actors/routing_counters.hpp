#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/engine/route_verdict.hpp"
#include "mdp/engine/routing_defaults.hpp"
#include "mdp/wire/decode.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace mdp::actors {

/// Counts by reasons that routers make up: cut, printable, and no more of them than are few.
/// Thread-safe.
class reason_counters {
public:
  void add(std::string reason) {
    if (reason.empty())
      reason = "unnamed";
    reason.resize(std::min(reason.size(), engine::routing_defaults::max_discard_reason_bytes));
    reason = wire::printable(std::move(reason));
    const std::lock_guard guard(mutex_);
    const bool has_room = counts_.size() <= engine::routing_defaults::max_discard_reasons;
    if (const auto known = counts_.find(reason); known != counts_.end())
      ++known->second;
    else
      ++counts_[has_room ? std::move(reason) : std::string(too_many)];
  }

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    const std::lock_guard guard(mutex_);
    for (const auto& [reason, count] : counts_)
      visit(std::string_view(reason), count);
  }

  [[nodiscard]] std::uint64_t value(const std::string& reason) const {
    const std::lock_guard guard(mutex_);
    const auto known = counts_.find(reason);
    return known == counts_.end() ? 0 : known->second;
  }

private:
  static constexpr std::string_view too_many =
    "other"; // always there, so that the metric is as well

  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_{{std::string(too_many), 0}};
};

/// How many there are just now, of several who each say how many they have. Thread-safe.
class level {
public:
  void change(std::uint64_t from, std::uint64_t to) noexcept {
    value_.fetch_add(to - from, std::memory_order_relaxed); // modulo 2^64, so it may go down
  }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// What a broker's rules and routers have done. Thread-safe.
struct routing_counters {
  // routers
  counter asked;         ///< requests and replies
  counter asked_again;   ///< of these, as their router was lost
  counter mistakes;      ///< verdicts that could not be carried out
  counter late_verdicts; ///< about what was not asked any more
  counters_by<engine::route_outcome, engine::route_outcome_count> outcomes;
  reason_counters discarded; ///< by rules as well
  // rules
  counter renamed_by_rule;
  counter discarded_by_rule;
  counter mirrored;
  counter mirror_answers;
  counters_by<engine::refusal, engine::refusal_count> mirrors_refused;
  // just now
  level undecided; ///< requests without a verdict, those held included
  level held;
  level replies;
};

/// A broker's, or zeros where it has no routing.
[[nodiscard]] inline const routing_counters& routing_of(const broker_counters& all) {
  static const routing_counters none;
  return all.routing ? *all.routing : none;
}

} // namespace mdp::actors
