#pragma once

#include "mdp/time.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <vector>

namespace mdp::load {

/// Waits for many sockets at the price of those that have something, which zmq_poll() cannot.
///
/// libzmq shows by a descriptor that a socket has news, once: whoever is told of a socket here, or has
/// sent on it, must then receive until nothing is left, or remember that he has not. One thread.
class ready_set {
public:
  /// Throws std::system_error when there are no descriptors left.
  ready_set();
  ~ready_set();
  ready_set(const ready_set&) = delete;
  ready_set& operator=(const ready_set&) = delete;

  /// `number` is how it will be called. It leaves the set when it is closed.
  void add(zmq::socket_ref socket, std::size_t number);

  /// The numbers of those with news and of those in `unfinished`, which is emptied, each once; waits
  /// until `deadline` when there are none.
  [[nodiscard]] const std::vector<std::size_t>& wait(time_point deadline,
                                                     std::vector<std::size_t>& unfinished);

private:
  int epoll_ = -1;
  std::vector<std::size_t> ready_;
};

} // namespace mdp::load
