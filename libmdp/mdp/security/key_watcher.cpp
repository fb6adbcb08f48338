#include "mdp/security/key_watcher.hpp"

#include "mdp/signals_blocked.hpp"

#include <utility>

namespace mdp::security {

key_watcher::key_watcher(reader refresh, listener told, std::chrono::milliseconds interval)
    : refresh_(std::move(refresh)), told_(std::move(told)), interval_(interval) {
  const signals_blocked inherited;
  thread_ = std::thread([this] { run(); });
}

key_watcher::~key_watcher() {
  {
    const std::lock_guard guard(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void key_watcher::look_now() {
  {
    const std::lock_guard guard(mutex_);
    is_wanted_ = true;
  }
  changed_.notify_all();
}

void key_watcher::run() {
  for (;;) {
    bool was_wanted = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, interval_, [this] { return is_over_ || is_wanted_; });
      if (is_over_)
        return;
      was_wanted = std::exchange(is_wanted_, false);
    }
    const auto outcome = refresh_();
    const bool is_news = outcome ? *outcome || !failure_.empty() : outcome.error() != failure_;
    failure_ = outcome ? std::string() : outcome.error();
    if (is_news || was_wanted)
      told_(outcome);
  }
}

} // namespace mdp::security
