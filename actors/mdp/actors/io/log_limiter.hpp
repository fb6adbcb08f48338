#pragma once

#include "mdp/time.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace mdp::actors::io {

/// Lets one log line an interval through and counts the others, so that a peer cannot fill the disk
/// by sending garbage.
class log_limiter {
public:
  explicit log_limiter(duration interval) : interval_(interval) {}

  /// The number of lines withheld since the last one if this one may be written; nothing otherwise.
  std::optional<std::uint64_t> admit(time_point now) {
    if (now < next_) {
      ++withheld_;
      return std::nullopt;
    }
    next_ = now + interval_;
    return std::exchange(withheld_, 0);
  }

private:
  duration interval_;
  time_point next_ = time_point::min();
  std::uint64_t withheld_ = 0;
};

} // namespace mdp::actors::io
