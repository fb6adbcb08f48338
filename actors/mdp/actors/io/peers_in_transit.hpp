#pragma once

#include "mdp/defaults.hpp"
#include "mdp/message.hpp"
#include "mdp/net/transit.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <unordered_map>

namespace mdp::actors::io {

/// Bytes that libzmq may hold in large frames.
struct transit_limits {
  std::size_t peer_bytes = defaults::transit_peer_bytes;   ///< For one peer.
  std::size_t total_bytes = defaults::transit_total_bytes; ///< For all peers of a socket.
};

/// Whether a ROUTER's peer may be sent more. Who does not read is held to a bound in bytes, not only
/// to the high-water mark in messages; what is over it waits in the backlog, which has bounds of its
/// own. Small frames are none of its business: the high-water mark bounds them well enough. Loop
/// thread only.
class peers_in_transit {
public:
  explicit peers_in_transit(const transit_limits& limits = {}) : limits_(limits) {}

  /// What to book the large frames of a message on; null if it has none. `has_room` says whether
  /// libzmq may have it now; one message may always go, however large.
  struct ticket {
    net::transit account{};
    bool has_room = true;
  };

  [[nodiscard]] ticket ask(const frame& routing_id, const message& frames);

  /// Peers that have something in transit, or had a while ago.
  [[nodiscard]] std::size_t size() const noexcept { return accounts_.size(); }

private:
  void sweep();

  transit_limits limits_;
  std::shared_ptr<std::atomic<std::size_t>> total_ = std::make_shared<std::atomic<std::size_t>>(0U);
  std::unordered_map<frame, net::transit> accounts_;
  std::size_t sweep_at_ = defaults::transit_sweep;
};

} // namespace mdp::actors::io
