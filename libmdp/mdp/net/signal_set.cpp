#include "mdp/net/signal_set.hpp"

#include "mdp/net/poll_timeout.hpp"

#include <cerrno>
#include <system_error>

namespace mdp::net {

signal_set::signal_set(const wake_fd& wake) : items_{{wake.fd(), POLLIN, 0}} {}

bool signal_set::add(zmq::socket_ref socket) {
  int descriptor = -1;
  std::size_t size = sizeof descriptor;
  while (zmq_getsockopt(socket.handle(), ZMQ_FD, &descriptor, &size) != 0) {
    if (zmq_errno() == ETERM)
      return false;
    if (zmq_errno() != EINTR)
      throw zmq::error_t();
  }
  items_.push_back({descriptor, POLLIN, 0});
  return true;
}

void signal_set::wait(std::optional<std::chrono::nanoseconds> timeout) {
  wait_for(items_.size(), timeout);
}

void signal_set::wait_for_wake(std::chrono::nanoseconds timeout) {
  wait_for(1, timeout);
}

void signal_set::wait_for(std::size_t count, std::optional<std::chrono::nanoseconds> timeout) {
  if (::poll(items_.data(), count, poll_timeout(timeout)) >= 0)
    return;
  if (errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "cannot wait for sockets");
  for (auto& item : items_)
    item.revents = 0;
}

} // namespace mdp::net
