#pragma once

#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/client_link.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/security/admission.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/decode_error.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace mdp::actors {

struct routing_counters;

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
  static constexpr std::size_t count = Count;

  void add(Enum which, std::uint64_t n = 1) noexcept {
    counters_[static_cast<std::size_t>(which)].add(n);
  }
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

/// How many of something there are just now. Thread-safe.
class gauge {
public:
  void up() noexcept { value_.fetch_add(1, std::memory_order_relaxed); }
  void down() noexcept { value_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// What a broker has seen and done since it started, a restart of its actors included. Nothing is
/// dropped without one of these, and `metric_names.hpp` shows all of them. Thread-safe.
struct broker_counters {
  // what arrives
  counters_by<wire::decode_error, wire::decode_error_count> invalid_messages;
  counter violations;  ///< a known peer with another header than before (7-31)
  counter turned_away; ///< workers nobody knows, told to go (T9)
  counter house_full;  ///< messages of peers that found no room (T8)
  counter takeovers;   ///< with the routing id of another user (T9)
  counter user_full;   ///< of users who have as many connections as they may
  counter wrong_door;  ///< clients at the workers' endpoint, or the other way round (7-2)
  counter ignored;     ///< last words of peers that had been told to go
  counter unread;      ///< delivered to a peer's actor, which ended before it read them
  counter not_serving; ///< messages that came when no broker was there to take them
  // peers
  counter clients;
  counter workers;
  counters_by<engine::client_end, engine::client_end_count> ended_clients;
  counters_by<engine::worker_end, engine::worker_end_count> ended_workers;
  counter failed_peers;         ///< whose actor failed
  counter lost_connections;     ///< of clients and workers, for whatever reason
  counter refused_connections;  ///< hung up on, as there were as many as there may be
  counter endless_connections;  ///< hung up on, as their message did not end (T8)
  counter ended_handshakes;     ///< hung up on, as too many had not finished their handshake
  counter crowding_connections; ///< hung up on, as all unfinished messages held too much (T8)
  /// Connections that the rules did not let in.
  counters_by<security::admission_refusal, security::admission_refusal_count> not_admitted;
  counter removed_users;         ///< connections of users that are in the store no more
  counter key_reloads;           ///< times the store of keys or users was read again
  counter key_reload_failures;   ///< times that did not go well, and the old keys stayed
  counter accept_failures;       ///< for want of a descriptor, or of what else the system lacked
  counter registrations_refused; ///< workers told to go, as there is no room for their service (T8)
  counter slow_peers;            ///< dropped because they did not read what was sent to them (T21)
  counter unreachable_peers;     ///< gone when something was to be sent to them
  counter undelivered;           ///< messages for peers that had ended, or dropped with them
  counter outbox_refused;        ///< messages the loop had no room for
  // requests
  counter accepted;
  counter answered;
  counter retried;
  counter cancelled;           ///< their client had gone
  counter late_answers;        ///< of workers that had been given up (T6)
  counter unwanted_answers;    ///< to clients that had gone
  counter superfluous_answers; ///< to requests that were over: given up, or answered
  counters_by<engine::refusal, engine::refusal_count> refused;
  // dead letters
  counter dead_letters;            ///< requests whose attempts were used up
  counter dead_letters_redirected; ///< of these, submitted to the dead-letter service
  counters_by<engine::refusal, engine::refusal_count> dead_letters_lost; ///< refused there
  // management
  counter mmi_questions;
  counter mmi_refused;    ///< badly put, or about what there is not
  counter mmi_overloaded; ///< too many were open
  counter mmi_incomplete; ///< answered without all reports
  // just now
  gauge sessions;
  gauge connections;
  gauge services;
  /// What all requests together have drawn; set before the broker starts, null without one.
  std::shared_ptr<const engine::broker_budget> budget;
  /// What rules and routers have done; likewise.
  std::shared_ptr<const routing_counters> routing;

  /// When the broker began, for its age. Called by each incarnation; the first one counts.
  void began(time_point now) noexcept {
    auto unset = never;
    began_at_.compare_exchange_strong(unset, now);
  }
  [[nodiscard]] duration age(time_point now) const noexcept {
    const auto began = began_at_.load();
    return began == never ? duration::zero() : now - began;
  }

private:
  std::atomic<time_point> began_at_{never};
};

/// Counts in a gauge for as long as it lives, however that ends.
class counted_in {
public:
  counted_in(std::shared_ptr<broker_counters> counters, gauge broker_counters::*which)
      : counters_(std::move(counters)), which_(which) {
    ((*counters_).*which_).up();
  }
  ~counted_in() { ((*counters_).*which_).down(); }
  counted_in(const counted_in&) = delete;
  counted_in& operator=(const counted_in&) = delete;

private:
  std::shared_ptr<broker_counters> counters_;
  gauge broker_counters::*which_;
};

} // namespace mdp::actors
