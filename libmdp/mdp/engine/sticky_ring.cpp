#include "mdp/engine/sticky_ring.hpp"

namespace mdp::engine {

namespace {

std::uint64_t point_of(sink_id sink, std::uint64_t number) {
  return detail::mix(detail::mix(sink.value) + number * 0x9e3779b97f4a7c15ULL);
}

} // namespace

void sticky_ring::add(sink_id sink) {
  for (std::uint64_t i = 0; i < defaults::sticky_points; ++i)
    points_.try_emplace(point_of(sink, i), sink);
}

void sticky_ring::remove(sink_id sink) {
  for (std::uint64_t i = 0; i < defaults::sticky_points; ++i)
    if (const auto point = points_.find(point_of(sink, i));
        point != points_.end() && point->second == sink)
      points_.erase(point);
}

} // namespace mdp::engine
