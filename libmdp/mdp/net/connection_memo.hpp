#pragma once

#include "mdp/frame.hpp"

#include <zmq.h>

#include <cstdint>
#include <unordered_map>

namespace mdp::net {

/// By which connections a ROUTER's peers come. libzmq says so of each message, but by a map of names and a number in
/// digits, which costs as much as an actor's turn. Peers without a routing id of their own are known to it by numbers that it
/// gives once, so what it has said of one of these stays true as long as the connection is open. Others may come back by another
/// connection at any time, and it is asked each time.
///
/// A peer can choose an id that looks like such a number, and come back under it: then what its new connection brings is
/// taken for the old one's until forget(). It gains nothing by that, as it is its own that seems to hold more than it does; but
/// where a connection says who somebody is, libzmq is to be asked.
///
/// The socket's thread only.
class connection_memo {
public:
  /// The descriptor that `part`, which `routing_id` has sent, came by; -1 where there is none. It is no routing id itself: of one
  /// that libzmq has read ahead it does not know.
  [[nodiscard]] int connection_of(const frame& routing_id, zmq_msg_t& part);

  /// To be called whenever a connection has come or gone.
  void forget() noexcept { known_.clear(); }

private:
  std::unordered_map<std::uint32_t, int> known_;
};

} // namespace mdp::net
