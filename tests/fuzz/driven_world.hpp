#pragma once

#include "mdp/wire/command.hpp"
#include "sim/invariants.hpp"
#include "sim/job_ledger.hpp"
#include "sim/network.hpp"
#include "sim/sim_broker.hpp"
#include "sim/trace.hpp"
#include "sim/wire_watch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

/// The simulation's broker and network with peers that have no will of their own: each does what it
/// is told, step by step. After every turn of the broker the simulation's invariants are checked,
/// and what the peers read is judged here.
namespace mdp::test {

/// A DEALER and what its owner remembers of the conversation.
struct driven_peer {
  sim::host_number host = 0;
  frame name; ///< Its ZMQ_ROUTING_ID, empty for none.
  sim::socket_number socket = 0;
  wire::protocol_version version = wire::protocol_version::v0_2; ///< Spoken last.
  std::deque<frame> held; ///< Addresses of the requests it was given, oldest first.
  std::size_t asked = 0;
  std::size_t answered = 0;
};

class driven_world {
public:
  /// Half of the peers let libzmq choose their routing id, the others have a name.
  static constexpr std::size_t peer_count = 8;

  /// All chance comes from `seed`.
  driven_world(const sim::broker_config& config, const sim::network_config& net,
               std::uint64_t seed);

  // -- what peers do --------------------------------------------------------------------------------

  [[nodiscard]] driven_peer& peer(std::size_t number) noexcept {
    return peers_[number % peer_count];
  }

  void send(driven_peer& from, message frames);
  void say(driven_peer& from, wire::from_worker command);
  void ask(driven_peer& from, wire::client_request request);

  /// Closes its socket, or lets its machine vanish; and opens another.
  void reopen(driven_peer& peer, bool flush);
  void vanish_and_return(driven_peer& peer, duration router_notices);

  // -- what befalls them ----------------------------------------------------------------------------

  void cut(const driven_peer& peer, duration peer_notices, duration router_notices);
  void hold(const driven_peer& peer, duration span) { net_.hold(peer.host, now_ + span); }
  void stop_broker(duration grace, duration pause) { broker_.stop(grace, now_, now_ + pause); }
  void crash_broker(sim::router_end how, duration pause) { broker_.crash(how, now_, now_ + pause); }
  void freeze_broker(duration span) { broker_.freeze(now_ + span); }
  void leap_broker_clock(duration by) { broker_.leap(by); }

  // -- time -----------------------------------------------------------------------------------------

  /// Lets pass `span`, from event to event.
  void run_for(duration span);

  /// Everybody leaves, and after `span` nothing may be left of anybody.
  void end(duration span);

  /// What was found to be wrong, if anything.
  [[nodiscard]] const sim::violations& findings() const noexcept { return findings_; }

private:
  void step(time_point now);
  void open(driven_peer& peer);
  void read_all(driven_peer& peer);
  void read(driven_peer& peer, const message& frames);

  sim::dice chance_;
  sim::broker_config config_;
  sim::trace events_;
  sim::violations findings_;
  sim::wire_watch watch_;
  sim::job_ledger ledger_;
  sim::peer_counters counters_;
  sim::network net_;
  sim::sim_broker broker_;
  sim::invariants invariants_;
  std::array<driven_peer, peer_count> peers_;
  time_point now_{};
};

} // namespace mdp::test
