#pragma once

#include "mdp/actors/interfaces.hpp"

#include <cstdint>
#include <mutex>

namespace mdp::actors {

/// Where a gate and the routers it has one after the other find each other: either may be there first,
/// as different supervisors start them. Thread-safe.
class router_seat {
public:
  /// The gate is there, and stays for good: a failed one leaves its handle to the next.
  void set_gate(routing_gate_actor gate);

  /// A router takes the seat of all before it. The gate hears of that, and of its end.
  void take(router_actor router);

  /// Null as long as there is none.
  [[nodiscard]] routing_gate_actor gate() const;

private:
  void introduce();

  mutable std::mutex mutex_;
  routing_gate_actor gate_;
  router_actor waiting_; // for the gate
  std::uint64_t number_ = 0;
};

} // namespace mdp::actors
