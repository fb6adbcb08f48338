#pragma once

#include "mdp/time.hpp"
#include "support/unique_fd.hpp"

namespace mdp::apps {

/// Something that happens once, for any number of threads to wait for, beside other file descriptors
/// if need be. Thread-safe.
class stop_flag {
public:
  /// Throws std::system_error when there are no file descriptors left.
  stop_flag();

  void set() noexcept;
  [[nodiscard]] bool is_set() const noexcept { return wait_for(duration::zero()); }

  /// Waits no longer than that; whether it is set.
  bool wait_for(duration longest) const noexcept; // NOLINT(modernize-use-nodiscard)

  /// Becomes readable once it is set, and stays so. Never to be read from.
  [[nodiscard]] int fd() const noexcept { return event_.get(); }

private:
  unique_fd event_;
};

} // namespace mdp::apps
