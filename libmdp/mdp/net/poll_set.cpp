#include "mdp/net/poll_set.hpp"

#include <algorithm>
#include <cerrno>

namespace mdp::net {

namespace {

/// zmq_poll's milliseconds; -1 is for ever.
long to_timeout(std::optional<std::chrono::nanoseconds> timeout) noexcept {
  using std::chrono::milliseconds;
  if (!timeout)
    return -1;
  constexpr milliseconds longest = std::chrono::hours(24); // keeps far away from any overflow
  const auto rounded_up = std::chrono::ceil<milliseconds>(*timeout);
  return static_cast<long>(std::clamp(rounded_up, milliseconds::zero(), longest).count());
}

} // namespace

poll_set::poll_set(const wake_fd& wake) : items_{{nullptr, wake.fd(), ZMQ_POLLIN, 0}} {}

void poll_set::add(zmq::socket_ref socket) {
  items_.push_back({socket.handle(), 0, ZMQ_POLLIN, 0});
}

bool poll_set::wait(std::optional<std::chrono::nanoseconds> timeout) {
  return wait_for(items_.size(), to_timeout(timeout));
}

bool poll_set::wait_for_wake(std::chrono::nanoseconds timeout) {
  return wait_for(1, to_timeout(timeout));
}

bool poll_set::wait_for(std::size_t count, long timeout) {
  const int rc = zmq_poll(items_.data(), static_cast<int>(count), timeout);
  if (rc >= 0)
    return true;
  for (auto& item : items_)
    item.revents = 0;
  switch (zmq_errno()) {
  case EINTR:
    return true;
  case ETERM:
    return false;
  default:
    throw zmq::error_t();
  }
}

} // namespace mdp::net
