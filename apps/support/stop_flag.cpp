#include "support/stop_flag.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <tuple>

namespace mdp::apps {

stop_flag::stop_flag() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_)
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

void stop_flag::set() noexcept {
  const std::uint64_t one = 1;
  std::ignore = write(event_.get(), &one, sizeof one);
}

bool stop_flag::wait_for(duration longest) const noexcept {
  pollfd event{event_.get(), POLLIN, 0};
  // Rounded up, so that a wait is never over too soon. Signals are blocked (signal_watcher).
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
  return poll(&event, 1, static_cast<int>(ms)) > 0;
}

} // namespace mdp::apps
