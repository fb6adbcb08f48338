#pragma once

#include <zmq.hpp>

namespace mdp::net {

/// Owns a libzmq context: its I/O thread and everything its sockets share. Whoever owns it also
/// owns its sockets and must have closed them all, in the threads that used them, before it ends:
/// until then terminate() blocks.
class context {
public:
  /// Throws zmq::error_t when the process is out of file descriptors.
  context() = default;

  ~context() { terminate(); }

  context(const context&) = delete;
  context& operator=(const context&) = delete;

  /// What sockets are made from. Thread-safe.
  [[nodiscard]] zmq::context_t& handle() noexcept { return handle_; }

  /// Ends the context: waits until the linger of every closed socket is over. Idempotent.
  void terminate() noexcept {
    // A socket that is still open somewhere fails with ETERM instead of going on.
    handle_.shutdown();
    handle_.close();
  }

private:
  zmq::context_t handle_;
};

} // namespace mdp::net
