#pragma once

#include "mdp/actors/io/loop_sockets.hpp"
#include "mdp/net/frames_io.hpp"

#include <cstddef>
#include <vector>

namespace mdp::actors::io {

/// Checks the users of a ROUTER's messages against the store of those it admits, as that is while this
/// object lives.
/// The loop's thread only.
class user_check {
public:
  explicit user_check(loop_socket& socket) : socket_(socket), listed_(socket.admitted.now()) {}

  /// Whether a message from there is to be heard; if so its user's key has become his name. Who is
  /// not in the store any more is hung up on.
  [[nodiscard]] bool admits(net::message_origin& from);

  /// Connections that were hung up on.
  [[nodiscard]] std::size_t removed() const noexcept { return removed_; }

private:
  loop_socket& socket_;
  security::listed_users listed_;
  std::size_t removed_ = 0;
};

/// Hangs up on everybody who is not in the store any more. The loop's thread only.
void review_connections(loop_socket& socket, time_point now, std::vector<loop_report>& reports);

} // namespace mdp::actors::io
