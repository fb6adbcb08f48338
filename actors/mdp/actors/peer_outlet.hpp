#pragma once

#include "mdp/message.hpp"

#include <cstdint>

namespace mdp::actors {

/// Where a session or connection puts what its peer is to be sent. A call and not a message: a request
/// passes it twice, and each message would cost it an actor's turn more. The I/O actor makes one with
/// each peer and closes it when it forgets the peer.
class peer_outlet {
public:
  peer_outlet() = default;
  virtual ~peer_outlet() = default;
  peer_outlet(const peer_outlet&) = delete;
  peer_outlet& operator=(const peer_outlet&) = delete;

  /// False if there is no room: then the peer is to be treated as one that cannot be reached.
  /// `number` is the sender's own and comes back in `peer_lost`. Thread-safe, never blocks for long.
  [[nodiscard]] virtual bool send(message frames, std::uint64_t number = 0) = 0;
};

} // namespace mdp::actors
