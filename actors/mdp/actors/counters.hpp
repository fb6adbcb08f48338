#pragma once

#include "mdp/engine/job.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/wire/decode_error.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mdp::actors {

/// One number that only grows. Thread-safe; nobody waits for it.
class counter {
public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// A counter for each enumerator.
template <class Enum, std::size_t Count>
class counters_by {
public:
  void add(Enum which) noexcept { counters_[static_cast<std::size_t>(which)].add(); }
  [[nodiscard]] std::uint64_t value(Enum which) const noexcept {
    return counters_[static_cast<std::size_t>(which)].value();
  }
  [[nodiscard]] std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& each : counters_)
      sum += each.value();
    return sum;
  }

private:
  std::array<counter, Count> counters_;
};

/// What a broker has seen and done since it started, a restart of its actors included. Nothing is
/// dropped without one of these. Thread-safe.
struct broker_counters {
  // what arrives
  counters_by<wire::decode_error, wire::decode_error_count> invalid_messages;
  counter violations;  ///< a known peer with another header than before (7-31)
  counter turned_away; ///< workers nobody knows, told to go (T9)
  counter house_full;  ///< messages of peers that found no room (T8)
  counter ignored;     ///< last words of peers that had been told to go
  // peers
  counter clients;
  counter workers;
  counters_by<engine::worker_end, engine::worker_end_count> ended_workers;
  counter lost_connections;    ///< of clients and workers, for whatever reason
  counter refused_connections; ///< hung up on, as there were as many as there may be
  counter accept_failures;     ///< for want of a descriptor, or of what else the system lacked
  counter slow_peers;          ///< dropped because they did not read what was sent to them (T21)
  counter unreachable_peers;   ///< gone when something was to be sent to them
  counter undelivered;         ///< messages for peers that had ended, or dropped with them
  counter outbox_refused;      ///< messages the loop had no room for
  // requests
  counter accepted;
  counter answered;
  counter retried;
  counter late_answers; ///< of workers that had been given up (T6)
  counter cancelled;    ///< their client had gone
  counters_by<engine::refusal, engine::refusal_count> refused;
};

} // namespace mdp::actors
