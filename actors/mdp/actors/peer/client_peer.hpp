#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/engine/client_engine.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mdp::actors {

/// Carries out what `engine::client_engine` decides for one request at a time (see
/// `interfaces.hpp`). Each try has a socket of its own; with several brokers the next try asks the
/// next one.
class client_peer_state {
public:
  using handle = client_peer_actor;
  static constexpr const char* name = "client_peer";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    io_actor io;
    std::vector<std::string> brokers;
    wire::protocol_version version{};
  };

  client_peer_state(handle::pointer self, std::shared_ptr<const surroundings> around);

  handle::behavior_type make_behavior();

private:
  void on_start(start_request& request);
  void carry_out();
  void connect();
  void reconnect();
  void send(wire::client_request request);

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::optional<engine::client_engine> engine_; // one for each request, with its own patience
  request_observer observer_;
  std::optional<socket_id> socket_;
  std::optional<message> unsent_; // waits for the socket
  bool is_connecting_ = false;
  bool is_abandoned_ = false; // the socket that is being opened is not wanted any more
  std::size_t next_broker_ = 0;
  deadline_timer timer_;
};

} // namespace mdp::actors
