#include "mdp/net/poll_set.hpp"

#include "mdp/net/poll_timeout.hpp"

#include <cerrno>

namespace mdp::net {

poll_set::poll_set(const wake_fd& wake) : items_{{nullptr, wake.fd(), ZMQ_POLLIN, 0}} {}

void poll_set::add(zmq::socket_ref socket) {
  items_.push_back({socket.handle(), 0, ZMQ_POLLIN, 0});
}

bool poll_set::wait(std::optional<std::chrono::nanoseconds> timeout) {
  const int rc = zmq_poll(items_.data(), static_cast<int>(items_.size()), poll_timeout(timeout));
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
