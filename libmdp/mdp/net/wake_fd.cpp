#include "mdp/net/wake_fd.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace mdp::net {

wake_fd::wake_fd() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "cannot create an eventfd");
}

wake_fd::~wake_fd() {
  ::close(fd_);
}

void wake_fd::signal() noexcept {
  const std::uint64_t one = 1;
  // EAGAIN means that the counter is full, so the descriptor is readable, which is all we want.
  while (::write(fd_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void wake_fd::drain() noexcept {
  std::uint64_t count = 0; // one read takes the whole count; EAGAIN means that there was none
  while (::read(fd_, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

} // namespace mdp::net
