#pragma once

#include "mdp/actors/runtime/signals.hpp"
#include "mdp/time.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

namespace mdp::apps {

/// When a program that runs until it is told otherwise ends, and how. From its construction on
/// SIGINT, SIGTERM and SIGHUP are blocked in the calling thread and all that start later; so make it
/// before anything that starts threads.
class daemon_life {
public:
  daemon_life();

  /// What SIGHUP does from now on: nothing at first. It is called on another thread and should return
  /// soon; once this has returned, the one before is not called any more. Thread-safe.
  void on_hangup(std::function<void()> what);

  /// Ends the life as a failure. Thread-safe.
  void fail();

  /// Waits for SIGINT or SIGTERM, or for fail(). Whether it was a signal.
  [[nodiscard]] bool wait();

  /// Runs `gently` on a thread of its own and returns when it has ended. Another signal, or that it
  /// takes longer than `patience`, calls `at_once` meanwhile, on this thread and once, to cut it
  /// short. `signalled` says which of the two it was.
  void stop(const std::function<void()>& gently, const std::function<void(bool signalled)>& at_once,
            std::optional<duration> patience = {});

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned signals_ = 0; // that arrived and were not waited for yet
  bool has_failed_ = false;
  std::function<void()> on_hangup_;
  actors::signal_watcher watcher_; // last: it calls back
};

} // namespace mdp::apps
