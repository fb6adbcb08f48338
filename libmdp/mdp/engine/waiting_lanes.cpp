#include "mdp/engine/waiting_lanes.hpp"

namespace mdp::engine {

queued_job* waiting_lanes::take() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].empty())
      continue;
    if (!waits_below(i)) {
      bursts_[i] = 0;
      return lanes_[i].take();
    }
    if (bursts_[i]++ < defaults::priority_burst)
      return lanes_[i].take();
    bursts_[i] = 0; // the others' turn
  }
  return nullptr;
}

const queued_job* waiting_lanes::oldest() const noexcept {
  const queued_job* oldest = nullptr;
  for (const auto& lane : lanes_)
    if (const auto* first = lane.oldest();
        first != nullptr && (oldest == nullptr || first->order < oldest->order))
      oldest = first;
  return oldest;
}

bool waiting_lanes::waits_below(std::size_t lane) const noexcept {
  while (++lane < lanes_.size())
    if (!lanes_[lane].empty())
      return true;
  return false;
}

} // namespace mdp::engine
