#pragma once

#include "mdp/conformance/frames.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace mdp::test {

/// What can be wrong with a worker, one thing at a time.
enum class worker_defect {
  none,
  long_ready,    ///< a frame too many in READY
  repeats_ready, ///< in place of each heartbeat, another READY before it
  never_beats,
  beats_always,       ///< at a fixed pace, whatever else is said
  long_heartbeats,    ///< with a frame too many
  silent_while_busy,  ///< and slow
  crosses_disconnect, ///< with a READY, as one that was on its way: no fault
  drops_delimiter,    ///< behind the address of an answer
  own_address,        ///< answers somebody else
  drops_body,         ///< of its answers
  answers_twice,
  ignores_disconnect,
  same_socket,      ///< says READY again after DISCONNECT without a new socket
  never_returns,    ///< after DISCONNECT
  ignores_silence,  ///< of its broker
  leaves_for_good,  ///< a broker that fell silent
  only_beats_count, ///< requests do not count as heartbeats
  dies_of_nonsense, ///< whatever is not MDP ends it
};

/// An echo worker as small as it can be: bare libzmq, one thread, liveness 4. It runs from its birth to
/// its end.
class little_worker {
public:
  /// The pause between its heartbeats: so long that it is not the machine that ends its patience.
  static constexpr std::chrono::milliseconds heartbeat{250};

  /// With an `identity` it sets ZMQ_ROUTING_ID, the same on each new socket.
  little_worker(const std::string& broker, conformance::version v,
                worker_defect defect = worker_defect::none, const std::string& identity = {});
  ~little_worker();
  little_worker(const little_worker&) = delete;
  little_worker& operator=(const little_worker&) = delete;

private:
  class running;
  std::unique_ptr<running> running_;
};

} // namespace mdp::test
