#include "mdp/engine/broker_budget.hpp"

#include "mdp/assert.hpp"

#include <algorithm>

namespace mdp::engine {

namespace {

/// Adds `n` unless that goes over `bound`.
bool take_from(std::atomic<std::size_t>& tally, std::size_t n, std::size_t bound) noexcept {
  auto now = tally.load(std::memory_order_relaxed);
  do {
    if (n > bound - std::min(bound, now))
      return false;
  } while (!tally.compare_exchange_weak(now, now + n, std::memory_order_relaxed));
  return true;
}

} // namespace

std::optional<refusal> broker_budget::take(std::size_t requests, std::size_t bytes) noexcept {
  if (!take_from(requests_, requests, config_.max_requests))
    return refusal::broker_full;
  if (take_from(bytes_, bytes, config_.max_bytes))
    return std::nullopt;
  requests_.fetch_sub(requests, std::memory_order_relaxed);
  return refusal::broker_memory_full;
}

void broker_budget::give_back(std::size_t requests, std::size_t bytes) noexcept {
  requests_.fetch_sub(requests, std::memory_order_relaxed);
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

std::optional<refusal> budget_share::take(std::size_t requests, std::size_t bytes) noexcept {
  if (!budget_)
    return std::nullopt;
  if (const auto full = budget_->take(requests, bytes))
    return full;
  requests_ += requests;
  bytes_ += bytes;
  return std::nullopt;
}

void budget_share::give_back(std::size_t requests, std::size_t bytes) noexcept {
  if (!budget_)
    return;
  MDP_ASSERT(requests <= requests_ && bytes <= bytes_);
  budget_->give_back(requests, bytes);
  requests_ -= requests;
  bytes_ -= bytes;
}

} // namespace mdp::engine
