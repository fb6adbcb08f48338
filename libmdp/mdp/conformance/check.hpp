#pragma once

#include "mdp/conformance/frames.hpp"
#include "mdp/conformance/report.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// What a check is made of.
///
/// A check plays a short story with the peer. It returns what it has seen when the peer kept the item,
/// and throws `deviation` where it did not, which ends the story. That is this folder's own way: elsewhere
/// what a peer sends is never an exception, but here it is the result that was asked for.
namespace mdp::conformance {

/// The peer did not do what the item asks. what() says what it did instead.
class deviation : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The item could not be seen. what() says why.
class not_seen : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// `Stage` is what the story is played on: `broker_stage` or `worker_stage`.
template <class Stage>
struct check {
  std::string_view item_v0_1; ///< the item's name in MDP 0.1; empty if there is none
  std::string_view item_v0_2; ///< the same for MDP 0.2
  level asked{};
  std::string_view title;
  std::string (*play)(Stage& stage, version v) = nullptr;

  [[nodiscard]] std::string_view item(version v) const noexcept {
    return v == version::v0_1 ? item_v0_1 : item_v0_2;
  }
};

template <class Stage>
using checks = std::vector<check<Stage>>;

/// Deviates unless both are the same, byte for byte.
inline void expect_same(const frames& seen, const frames& wanted) {
  if (seen != wanted)
    throw deviation("got " + readable(seen) + " instead of " + readable(wanted));
}

} // namespace mdp::conformance
