#include "support/http_get.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>

namespace mdp::test {

namespace {

int connect_to(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0)
    return -1;
  int fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

} // namespace

std::string http_get(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  const auto slash = url.find('/', scheme.size());
  const auto authority = url.substr(scheme.size(), slash - scheme.size());
  const auto colon = authority.rfind(':');
  const int fd = connect_to(authority.substr(0, colon), authority.substr(colon + 1));
  if (fd < 0)
    return {};
  const auto request = "GET " + url.substr(slash) + " HTTP/1.1\r\nHost: " + authority +
                       "\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) == std::ptrdiff_t(request.size())) {
    char piece[4096];
    for (ssize_t n = 0; (n = recv(fd, piece, sizeof piece, 0)) > 0;)
      answer.append(piece, static_cast<std::size_t>(n));
  }
  close(fd);
  return answer;
}

} // namespace mdp::test
