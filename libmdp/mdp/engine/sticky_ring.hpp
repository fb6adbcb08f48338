#pragma once

#include "mdp/defaults.hpp"
#include "mdp/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace mdp::engine {

/// Consistent hashing (Karger et al., 1997): each sink has points on a ring of 64-bit numbers, and a
/// key belongs to the sink of the first point behind it. A sink that comes or goes moves the keys
/// next to its own points and no others, about one in as many as there are sinks.
///
/// A sink is known by its id, which a worker that connects again has lost: it is a new one then.
class sticky_ring {
public:
  void add(sink_id sink);
  void remove(sink_id sink);

  /// The first sink from `key` on that `accept`s; nothing if none of the next
  /// `defaults::sticky_steps` points has one.
  template <class Accept>
  [[nodiscard]] std::optional<sink_id> find(std::uint64_t key, Accept&& accept) const {
    auto point = points_.lower_bound(key);
    for (std::size_t steps = 0; steps < defaults::sticky_steps && steps < points_.size(); ++steps) {
      if (point == points_.end())
        point = points_.begin();
      if (accept(point->second))
        return point->second;
      ++point;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t points() const noexcept { return points_.size(); }

private:
  std::map<std::uint64_t, sink_id> points_;
};

} // namespace mdp::engine
