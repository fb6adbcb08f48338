#include "support/daemon_life.hpp"

#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

namespace mdp::apps {

daemon_life::daemon_life()
    : watcher_(
        [this](int signal) {
          const std::lock_guard guard(mutex_);
          if (signal == SIGHUP) {
            if (on_hangup_)
              on_hangup_();
            return;
          }
          ++signals_;
          changed_.notify_all();
        },
        {SIGINT, SIGTERM, SIGHUP}) {}

void daemon_life::on_hangup(std::function<void()> what) {
  const std::lock_guard guard(mutex_);
  on_hangup_ = std::move(what);
}

void daemon_life::fail() {
  const std::lock_guard guard(mutex_);
  has_failed_ = true;
  changed_.notify_all();
}

bool daemon_life::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return signals_ > 0 || has_failed_; });
  if (has_failed_)
    return false;
  signals_ = 0; // a Ctrl-C that came twice before we woke up is one
  return true;
}

void daemon_life::stop(const std::function<void()>& gently,
                       const std::function<void(bool signalled)>& at_once,
                       std::optional<duration> patience) {
  bool is_over = false;
  std::thread stopper([&] {
    gently();
    const std::lock_guard guard(mutex_);
    is_over = true;
    changed_.notify_all();
  });
  bool signalled = false;
  bool in_time = false;
  {
    std::unique_lock lock(mutex_);
    const auto is_news = [&] { return is_over || signals_ > 0; };
    if (patience)
      changed_.wait_for(lock, *patience, is_news);
    else
      changed_.wait(lock, is_news);
    in_time = is_over;
    signalled = signals_ > 0;
  }
  if (!in_time)
    at_once(signalled);
  stopper.join();
}

} // namespace mdp::apps
