#include "mdp/load/ready_set.hpp"

#include "mdp/net/steady_now.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <system_error>

namespace mdp::load {

ready_set::ready_set() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0)
    throw std::system_error(errno, std::generic_category(), "cannot watch sockets");
}

ready_set::~ready_set() {
  close(epoll_);
}

void ready_set::add(zmq::socket_ref socket, std::size_t number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.get(zmq::sockopt::fd), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot watch a socket");
}

const std::vector<std::size_t>& ready_set::wait(time_point deadline,
                                                std::vector<std::size_t>& unfinished) {
  if (!unfinished.empty())
    deadline = time_point{};
  ready_.clear();
  ready_.swap(unfinished);
  std::array<epoll_event, 256> events{};
  int timeout_ms = 0;
  if (const auto left = deadline - net::steady_now(); left > duration::zero()) {
    timeout_ms = static_cast<int>(std::chrono::floor<std::chrono::milliseconds>(left).count());
    if (timeout_ms == 0) { // epoll_wait() knows milliseconds only, which a rate would feel
      const timespec time{0, static_cast<long>(left.count())};
      pollfd item{epoll_, POLLIN, 0};
      ppoll(&item, 1, &time, nullptr);
    }
  }
  const int found = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < std::max(found, 0); ++i) {
    const std::uint64_t index =
      events[static_cast<std::size_t>(i)].data.u64; // lies unaligned there
    ready_.push_back(index);
  }
  std::sort(ready_.begin(), ready_.end());
  ready_.erase(std::unique(ready_.begin(), ready_.end()), ready_.end());
  return ready_;
}

} // namespace mdp::load
