#include "mdp/net/descriptors.hpp"

#include <linux/tcp.h> // the C library's has no tcpi_bytes_received
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
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

std::optional<traffic> traffic_of(int descriptor) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  constexpr auto needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < needed)
    return std::nullopt;
  return traffic{info.tcpi_bytes_received, info.tcpi_bytes_sent - info.tcpi_bytes_retrans};
}

std::optional<std::string> peer_network(int descriptor) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return std::nullopt;
  if (peer.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    std::string bytes(sizeof address, '\0');
    std::memcpy(bytes.data(), &address, sizeof address);
    return bytes;
  }
  if (peer.ss_family != AF_INET6)
    return std::nullopt;
  const auto& address = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  // One that is an IPv4 address in disguise has all of that in its last four bytes.
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&address);
  std::string bytes(is_mapped ? 4 : 8, '\0');
  std::memcpy(bytes.data(), address.s6_addr + (is_mapped ? 12 : 0), bytes.size());
  return bytes;
}

std::optional<std::uint64_t> bytes_read(int descriptor) noexcept {
  const auto all = traffic_of(descriptor);
  if (!all)
    return std::nullopt;
  // Behind the other: what comes in between is taken off, and is there the next time.
  int unread = 0;
  if (ioctl(descriptor, FIONREAD, &unread) != 0 || unread < 0)
    unread = 0;
  return all->received - std::min<std::uint64_t>(unread, all->received);
}

void hang_up(int descriptor) noexcept {
  // Once libzmq has closed it, it is reset: a peer that writes into a full window would hear of nothing
  // less, and the system would keep what it has sent already.
  constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  shutdown(descriptor, SHUT_RDWR);
}

} // namespace mdp::net
