#pragma once

#include <csignal>

namespace mdp {

/// Blocks all signals in this thread as long as it lives, so that threads started meanwhile get none:
/// signals are the business of the one thread of a program that waits for them (T24).
class signals_blocked {
public:
  signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

private:
  sigset_t before_{};
};

} // namespace mdp
