#pragma once

#include <zmq.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace mdp::net {

/// Where one ZeroMQ socket listens, so that those of other contexts can accept connections there as well:
/// whichever is first gets one. The door stays open as long as one of them, or this, is there.
class shared_listener {
public:
  /// `descriptor` is libzmq's, as its monitor names it; this keeps a duplicate. Throws std::system_error
  /// when there are no more descriptors.
  explicit shared_listener(int descriptor);
  ~shared_listener();
  shared_listener(const shared_listener&) = delete;
  shared_listener& operator=(const shared_listener&) = delete;

  /// Has `socket` accept there, too. `endpoint` is what that place is called, as last_endpoint() does.
  /// Thread-safe but for the socket, which is its thread's.
  [[nodiscard]] std::error_code add(zmq::socket_ref socket, const std::string& endpoint) const;

private:
  int descriptor_;
};

using shared_listeners = std::vector<std::shared_ptr<const shared_listener>>;

} // namespace mdp::net
