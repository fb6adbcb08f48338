#pragma once

#include <mutex>
#include <utility>

namespace mdp::actors {

/// The present incarnation of an actor that may be restarted. Thread-safe.
template <class Handle>
class current {
public:
  void set(Handle handle) {
    const std::lock_guard guard(mutex_);
    handle_ = std::move(handle);
  }
  [[nodiscard]] Handle get() const {
    const std::lock_guard guard(mutex_);
    return handle_;
  }

private:
  mutable std::mutex mutex_;
  Handle handle_;
};

} // namespace mdp::actors
