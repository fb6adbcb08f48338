#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/job.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

/// What all requests of a broker together may be. Each service and each client has bounds of its own;
/// ten thousand services within theirs could still exhaust a machine.
///
///     queue ────┐                           queue: one request and its memory for each job it has
///     queue ────┼── budget_share ── budget
///     session ──┘                           session: the memory of partial replies it holds back
///
/// Whoever accepts something draws from the budget first and gives back what has left. A share gives
/// back the rest at its end, so a queue or session that fails leaves no debt.
///
/// The tally is two atomic numbers and not an actor's: a queue decides about a request in one call,
/// and must not wait for an answer before it can. Mostly all queues run on the loop's thread, where
/// an atomic costs next to nothing; one that is woken elsewhere is right all the same.
namespace mdp::engine {

struct budget_config {
  std::size_t max_requests = defaults::broker_max_requests;
  std::size_t max_bytes = defaults::broker_max_bytes;
};

/// The tally. Thread-safe; never over its bounds, not even for a moment.
class broker_budget {
public:
  explicit broker_budget(const budget_config& config = {}) : config_(config) {}
  broker_budget(const broker_budget&) = delete;
  broker_budget& operator=(const broker_budget&) = delete;

  /// Takes room for so much, or nothing at all and says what is full.
  [[nodiscard]] std::optional<refusal> take(std::size_t requests, std::size_t bytes) noexcept;

  void give_back(std::size_t requests, std::size_t bytes) noexcept;

  [[nodiscard]] std::size_t requests() const noexcept {
    return requests_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return bytes_.load(std::memory_order_relaxed);
  }

private:
  budget_config config_;
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> bytes_{0};
};

/// What one owner has drawn from a budget. Not synchronised; without a budget there is no bound.
class budget_share {
public:
  explicit budget_share(std::shared_ptr<broker_budget> budget) : budget_(std::move(budget)) {}
  ~budget_share() { give_back(requests_, bytes_); }
  budget_share(const budget_share&) = delete;
  budget_share& operator=(const budget_share&) = delete;

  [[nodiscard]] std::optional<refusal> take(std::size_t requests, std::size_t bytes) noexcept;

  /// No more than was taken.
  void give_back(std::size_t requests, std::size_t bytes) noexcept;

private:
  std::shared_ptr<broker_budget> budget_;
  std::size_t requests_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace mdp::engine
