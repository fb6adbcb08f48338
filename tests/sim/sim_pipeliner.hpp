#pragma once

#include "mdp/wire/command.hpp"
#include "sim/dice.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/sim_client.hpp"
#include "sim/trace.hpp"
#include "sim/violations.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mdp::sim {

struct pipeliner_traits {
  wire::protocol_version version = wire::protocol_version::v0_2;
  std::vector<std::string> services;
  std::size_t burst = 1; ///< Requests sent at a time; may be more than the broker's window.
  duration think_min{};
  duration think_max{};
  duration patience{}; ///< For one reply.
};

/// A client's process that asks many things at a time on one socket and matches the replies by the
/// id it puts in front of the delimiter (T19). It asks nothing twice: what is not answered in time
/// is given up, and after that it wants a new socket.
class sim_pipeliner : public process {
public:
  using surroundings = sim_client::surroundings;

  sim_pipeliner(const surroundings& around, pipeliner_traits traits, host_number host, dice chance);

  [[nodiscard]] time_point next_event() const;
  void turn(time_point now);

  void crash(bool with_its_machine, time_point now, time_point again_at);
  void rest() noexcept { is_resting_ = true; }
  void ask(const std::string& service, time_point now);

  [[nodiscard]] bool is_idle() const noexcept { return open_.empty(); }
  [[nodiscard]] host_number host() const noexcept { return host_; }
  [[nodiscard]] const pipeliner_traits& traits() const noexcept { return traits_; }
  [[nodiscard]] const client_counters& counters() const noexcept { return counters_; }

private:
  struct open_request {
    std::string service;
    message pieces;
    time_point give_up_at{};
  };

  void read();
  void take(wire::to_client reply);
  void check(const std::string& id, open_request& asked, message last_piece);
  void forget_socket(time_point now);

  surroundings around_;
  pipeliner_traits traits_;
  host_number host_;
  dice chance_;
  std::optional<socket_number> socket_;
  std::map<std::string, open_request> open_;
  std::map<std::string, int> finals_; // of each request asked on this socket
  time_point asks_at_{};
  bool is_resting_ = false;
  client_counters counters_;
};

} // namespace mdp::sim
