#pragma once

#include <pthread.h>

#include <csignal>
#include <functional>
#include <initializer_list>
#include <thread>

namespace mdp::actors {

/// Turns signals, usually SIGINT and SIGTERM, into calls, on a thread of its own that does nothing but wait for them.
/// From its construction on they are blocked in the calling thread and in every thread started from
/// it later, so that no system call anywhere is cut short and no signal is lost (T24). Make it
/// first thing in main().
class signal_watcher {
public:
  /// `on_signal` gets the signal's number, once for each arrival; it should return soon.
  explicit signal_watcher(std::function<void(int signal)> on_signal,
                          std::initializer_list<int> signals = {SIGINT, SIGTERM});

  /// Ends the thread. The signals stay blocked: one that comes now is too late to matter.
  ~signal_watcher();
  signal_watcher(const signal_watcher&) = delete;
  signal_watcher& operator=(const signal_watcher&) = delete;

private:
  std::function<void(int)> on_signal_;
  sigset_t watched_{};
  std::thread thread_;
};

} // namespace mdp::actors
