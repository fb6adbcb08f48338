#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace mdp::net {

/// Bytes of large frames that libzmq was given for one peer and has not let go of: its own bound, the
/// high-water mark, counts messages, and a thousand large ones can be a gigabyte. Added to by the
/// socket's thread, taken from by libzmq's; thread-safe.
class transit_account {
public:
  explicit transit_account(std::shared_ptr<std::atomic<std::size_t>> total)
      : total_(std::move(total)) {}

  /// Bytes on their way to this peer, and to all that share the total.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t total() const noexcept { return *total_; }

  void give(std::size_t bytes) noexcept {
    bytes_ += bytes;
    *total_ += bytes;
  }

  void take_back(std::size_t bytes) noexcept {
    bytes_ -= bytes;
    *total_ -= bytes;
  }

private:
  std::atomic<std::size_t> bytes_{0};
  std::shared_ptr<std::atomic<std::size_t>> total_;
};

using transit = std::shared_ptr<transit_account>;

} // namespace mdp::net
