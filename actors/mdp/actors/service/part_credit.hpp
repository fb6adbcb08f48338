#pragma once

#include "mdp/defaults.hpp"
#include "mdp/message.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace mdp::actors {

/// Holds up handlers that send parts faster than they leave: so many parts, and so many bytes, of one
/// instance may be on their way; whoever sends the next waits. A part is on its way until nobody holds
/// its bytes any more, be that because libzmq has them, because they were dropped, or because the
/// client has gone. Thread-safe.
class part_credit : public std::enable_shared_from_this<part_credit> {
public:
  explicit part_credit(std::size_t max_parts = defaults::stream_credit_parts,
                       std::size_t max_bytes = defaults::stream_credit_bytes)
      : max_parts_(max_parts), max_bytes_(max_bytes) {}

  /// Waits for room, as long as `is_wanted`, which is asked now and then, says yes; then books the
  /// part. The first of its frames carries the booking from now on. One part always has room, however
  /// large.
  [[nodiscard]] message book(message part, const std::function<bool()>& is_wanted);

  /// Parts on their way.
  [[nodiscard]] std::size_t parts() const;

private:
  class booked_bytes;

  void give_back(std::size_t bytes) noexcept;

  const std::size_t max_parts_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t parts_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace mdp::actors
