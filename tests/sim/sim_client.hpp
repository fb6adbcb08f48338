#pragma once

#include "mdp/engine/client_engine.hpp"
#include "mdp/ids.hpp"
#include "sim/dice.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/trace.hpp"
#include "sim/violations.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mdp::sim {

struct client_traits {
  engine::client_engine_config engine;
  engine::request_terms how;
  std::vector<std::string> services;
  duration think_min{}; ///< Between two requests.
  duration think_max{};
  duration patience{}; ///< Of a request as a whole; zero for as long as the attempts last.
};

struct client_counters {
  std::uint64_t asked = 0;
  std::uint64_t finished = 0;
  std::uint64_t failed = 0;
  std::uint64_t status_replies = 0;
  std::uint64_t retries = 0;
};

/// A client's process: one request at a time by client_engine, asked again when no answer comes
/// (7-10), on a socket of its own or on the one whose replies are numbered (T19). Every reply is read
/// to the last frame.
class sim_client : public process {
public:
  struct surroundings {
    network& net;
    violations& findings;
    trace& events;
  };

  sim_client(const surroundings& around, client_traits traits, host_number host, dice chance);

  [[nodiscard]] time_point next_event() const;
  void turn(time_point now);

  // -- what happens to it -------------------------------------------------------------------------

  /// As sim_worker::crash().
  void crash(bool with_its_machine, time_point now, time_point again_at);

  /// Asks nothing more by itself.
  void rest() noexcept { is_resting_ = true; }

  /// Asks this service once.
  void ask(const std::string& service, time_point now);

  // -- what it looks like -------------------------------------------------------------------------

  [[nodiscard]] bool is_idle() const noexcept { return engine_.is_idle(); }
  [[nodiscard]] host_number host() const noexcept { return host_; }
  [[nodiscard]] const client_traits& traits() const noexcept { return traits_; }
  [[nodiscard]] const client_counters& counters() const noexcept { return counters_; }
  /// What mmi.service answered last.
  [[nodiscard]] const std::string& last_mmi_code() const noexcept { return mmi_code_; }

private:
  void read(time_point now);
  void start(std::string service, message body, time_point now);
  void carry_out(time_point now);
  void check(message last_piece);
  void check_engine();

  surroundings around_;
  client_traits traits_;
  host_number host_;
  dice chance_;
  engine::client_engine engine_;
  std::map<line_id, socket_number> sockets_;
  std::string service_; // of the current request
  std::string request_; // its name
  std::string mmi_code_;
  message pieces_; // that came before the last one
  time_point asks_at_{};
  bool is_resting_ = false;
  client_counters counters_;
};

} // namespace mdp::sim
