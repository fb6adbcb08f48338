#include "mdp/net/shared_listener.hpp"

#include "mdp/net/endpoint.hpp"
#include "mdp/net/zmq_error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace mdp::net {

namespace {

int duplicate_of(int descriptor) noexcept {
  return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

/// Which descriptor the socket's next bind() takes instead of opening one; -1: none.
std::error_code lend(zmq::socket_ref socket, int descriptor) {
  return zmq_setsockopt(socket.handle(), ZMQ_USE_FD, &descriptor, sizeof descriptor) == 0
           ? std::error_code{}
           : last_zmq_error();
}

} // namespace

shared_listener::shared_listener(int descriptor) : descriptor_(duplicate_of(descriptor)) {
  if (descriptor_ < 0)
    throw std::system_error(errno, std::generic_category(), "a listening socket");
  // All who listen are woken by each connection, and all but the first find none. libzmq's I/O thread
  // would wait for the next one then, as its listening sockets block.
  const auto flags = fcntl(descriptor_, F_GETFL);
  fcntl(descriptor_, F_SETFL, flags | O_NONBLOCK);
}

shared_listener::~shared_listener() {
  close(descriptor_);
}

std::error_code shared_listener::add(zmq::socket_ref socket, const std::string& endpoint) const {
  const auto own = duplicate_of(descriptor_);
  if (own < 0)
    return {errno, std::generic_category()};
  auto error = lend(socket, own);
  if (!error)
    error = bind(socket, endpoint);
  if (error)
    close(own); // else it is libzmq's
  lend(socket, -1);
  return error;
}

} // namespace mdp::net
