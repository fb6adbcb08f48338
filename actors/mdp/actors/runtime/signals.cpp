#include "mdp/actors/runtime/signals.hpp"

#include <utility>

namespace mdp::actors {

namespace {

/// Sent by the destructor to its own thread only; nobody else uses it.
int wake_signal() {
  return SIGRTMIN;
}

} // namespace

signal_watcher::signal_watcher(std::function<void(int signal)> on_signal,
                               std::initializer_list<int> signals)
    : on_signal_(std::move(on_signal)) {
  sigemptyset(&watched_);
  for (const auto signal : signals)
    sigaddset(&watched_, signal);
  sigaddset(&watched_, wake_signal());
  pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
  thread_ = std::thread([this] {
    int signal = 0;
    while (sigwait(&watched_, &signal) == 0 && signal != wake_signal())
      on_signal_(signal);
  });
}

signal_watcher::~signal_watcher() {
  pthread_kill(thread_.native_handle(), wake_signal());
  thread_.join();
}

} // namespace mdp::actors
