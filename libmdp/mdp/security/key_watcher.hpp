#pragma once

#include "mdp/security/security_defaults.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace mdp::security {

/// Reads a store of keys or passwords again when it has changed, on a thread of its own, which blocks all
/// signals.
class key_watcher {
public:
  /// A store's refresh().
  using reader = std::function<tl::expected<bool, std::string>()>;

  /// What that said, when that is news: the keys are others now, or why they could not be read.
  /// The same failure is told once.
  using listener = std::function<void(const tl::expected<bool, std::string>& news)>;

  /// Looks every `interval`. `told` is called on the watcher's thread.
  key_watcher(reader refresh, listener told,
              std::chrono::milliseconds interval = defaults::key_check_interval);

  /// Ends the thread; `told` is not called after that.
  ~key_watcher();
  key_watcher(const key_watcher&) = delete;
  key_watcher& operator=(const key_watcher&) = delete;

  /// Looks at once, and tells in any case whether it could be read. Thread-safe; does not wait.
  void look_now();

private:
  void run();

  reader refresh_;
  listener told_;
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_wanted_ = false;
  bool is_over_ = false;
  std::string failure_; // that was told last; the thread's
  std::thread thread_;  // last: it uses the others
};

} // namespace mdp::security
