#include "mdp/engine/broker_choice.hpp"

#include "mdp/assert.hpp"

#include <utility>

namespace mdp::engine {

broker_choice::broker_choice(std::size_t count, const backoff_config& pauses, std::uint64_t seed) {
  MDP_ASSERT(count >= 1);
  brokers_.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    brokers_.push_back({backoff(pauses, seed + i), {}});
}

std::size_t broker_choice::after(std::size_t broker) const noexcept {
  return broker == current_ ? next(broker) : current_;
}

bool broker_choice::failed(std::size_t broker) noexcept {
  if (broker != current_ || brokers_.size() == 1)
    return false;
  current_ = next(broker);
  return true;
}

void broker_choice::lost(std::size_t broker, duration lasted, time_point now) noexcept {
  auto& lost = brokers_[broker];
  if (now < lost.not_before)
    return; // all sockets to a broker end with it, and each of them is reported
  lost.pauses.lasted(lasted);
  lost.not_before = now + lost.pauses.next();
}

bool broker_choice::answered(std::size_t broker) noexcept {
  return broker == 0 && std::exchange(current_, 0) != 0;
}

} // namespace mdp::engine
