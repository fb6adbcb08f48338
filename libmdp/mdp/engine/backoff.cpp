#include "mdp/engine/backoff.hpp"

#include "mdp/assert.hpp"
#include "mdp/ids.hpp"

#include <limits>

namespace mdp::engine {

backoff::backoff(const backoff_config& config, std::uint64_t seed) noexcept
    : config_(config), pause_(config.min), generator_(seed) {
  MDP_ASSERT(config.min > duration::zero() && config.min <= config.max);
  MDP_ASSERT(config.max <= duration::max() / 4); // doubled by next() and by jitter
  MDP_ASSERT(config.jitter >= 0 && config.jitter <= 1);
}

duration backoff::next() noexcept {
  const std::chrono::duration<double, duration::period> pause = pause_;
  pause_ = pause_ > config_.max / 2 ? config_.max : pause_ * 2;
  if (failures_ < std::numeric_limits<std::uint32_t>::max())
    ++failures_;
  return std::chrono::duration_cast<duration>(pause * random_factor());
}

void backoff::lasted(duration conversation) noexcept {
  if (conversation < config_.reset_after)
    return;
  pause_ = config_.min;
  failures_ = 0;
}

double backoff::random_factor() noexcept {
  generator_ += 0x9e3779b97f4a7c15ULL;
  // The low 32 bits only: all that mdp::detail::mix keeps on a 32-bit machine, and fine enough
  // here.
  const auto bits = static_cast<std::uint32_t>(mdp::detail::mix(generator_));
  const auto from_0_to_1 = bits / static_cast<double>(std::numeric_limits<std::uint32_t>::max());
  return 1 - config_.jitter + 2 * config_.jitter * from_0_to_1;
}

} // namespace mdp::engine
