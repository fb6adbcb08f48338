#pragma once

#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace mdp::test {

using numbers = std::vector<std::uint64_t>;

/// What an actor has read, and on which thread. Thread-safe.
class read_numbers {
public:
  void note(std::uint64_t number) {
    const std::lock_guard guard(mutex_);
    thread_ = std::this_thread::get_id();
    read_.push_back(number);
  }
  [[nodiscard]] numbers now() const {
    const std::lock_guard guard(mutex_);
    return read_;
  }
  /// Whether the last of them was read on the calling thread.
  [[nodiscard]] bool was_here() const {
    const std::lock_guard guard(mutex_);
    return thread_ == std::this_thread::get_id();
  }
  void clear() {
    const std::lock_guard guard(mutex_);
    read_.clear();
  }

private:
  mutable std::mutex mutex_;
  numbers read_;
  std::thread::id thread_;
};

} // namespace mdp::test
