#pragma once

#include "mdp/wire/command.hpp"
#include "sim/dice.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/trace.hpp"
#include "sim/wire_watch.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mdp::sim {

struct intruder_traits {
  std::vector<std::string> services; ///< The honest ones' names.
  duration pause_min{};
  duration pause_max{};
};

/// A peer that means no good, or was written badly: garbage, copies of what others said with frames
/// missing or too many, commands at the wrong time, reserved names, names nobody offers, floods. As
/// a worker it takes requests and lets them fall, or answers for the wrong client. What it may not
/// do is give wrong answers to requests it rightfully holds: against that MDP knows no help.
class sim_intruder : public process {
public:
  struct surroundings {
    network& net;
    wire_watch& watch;
    trace& events;
  };

  sim_intruder(const surroundings& around, intruder_traits traits, host_number host, dice chance);

  [[nodiscard]] time_point next_event() const noexcept { return is_gone_ ? never : next_prank_at_; }
  void turn(time_point now);

  /// Leaves for good.
  void leave(time_point now);

  [[nodiscard]] host_number host() const noexcept { return host_; }
  [[nodiscard]] std::uint64_t pranks() const noexcept { return pranks_; }

private:
  struct held_request {
    wire::worker_request command;
    std::size_t parts_said = 0;
  };

  void play(time_point now);
  void reconnect(time_point now);
  void send(message frames, time_point now);
  void say(wire::from_worker command, time_point now);
  void send_garbage(time_point now);
  void send_distorted_copy(time_point now);
  void ask_for(std::string service, time_point now);
  void be_a_worker(time_point now);
  void read_requests();
  void misbehave_as_worker(time_point now);
  [[nodiscard]] frame random_frame();

  surroundings around_;
  intruder_traits traits_;
  host_number host_;
  dice chance_;
  wire::protocol_version version_ = wire::protocol_version::v0_2;
  std::optional<socket_number> socket_;
  bool is_worker_ = false;  // said READY on this socket
  bool has_tokens_ = false; // and with a capacity
  std::vector<held_request> held_;
  time_point next_prank_at_{};
  std::uint64_t pranks_ = 0;
  bool is_gone_ = false;
};

} // namespace mdp::sim
