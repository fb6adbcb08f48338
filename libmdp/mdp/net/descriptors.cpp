#include "mdp/net/descriptors.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <limits>

namespace mdp::net {

namespace {

std::size_t to_size(rlim_t limit) noexcept {
  return limit == RLIM_INFINITY ? std::numeric_limits<std::size_t>::max() : limit;
}

} // namespace

std::size_t descriptor_limit() noexcept {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? to_size(limit.rlim_cur) : 0;
}

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return descriptor_limit();
}

void hang_up(int descriptor) noexcept {
  shutdown(descriptor, SHUT_RDWR);
}

} // namespace mdp::net
