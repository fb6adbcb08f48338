#pragma once

#include "mdp/peers/probe_schedule.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/decode_error.hpp"
#include "sim/broker_parts.hpp"
#include "sim/network.hpp"

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

namespace mdp::sim {

/// The simulated broker half of the I/O actor: decodes what the ROUTER reads, hands it to sessions
/// and connections as `peers::peer_directory` decides, and writes what these say.
class sim_router_peers {
public:
  sim_router_peers(broker_parts& broker, network& net);
  ~sim_router_peers();

  // -- letters ------------------------------------------------------------------------------------

  void on_input(std::vector<routed_message> batch);
  void on_unreachable(peer_id peer, std::uint64_t message_number);
  void on_connections_lost();
  void on_deadline();
  /// `number` is how its sender calls the message, should it not be deliverable.
  void send(peer_id to, message frames, std::uint64_t number = 0);
  void end(peer_id peer, bool was_told);
  void release(peer_id peer, std::uint64_t heard);
  void dismiss_all();

  [[nodiscard]] const actor_ref<sim_router_peers>& self() const noexcept { return self_; }
  [[nodiscard]] const auto& sessions() const noexcept { return sessions_; }
  [[nodiscard]] const auto& connections() const noexcept { return connections_; }
  [[nodiscard]] std::size_t peers() const noexcept { return directory_.size(); }
  [[nodiscard]] std::size_t remembered() const noexcept { return directory_.remembered(); }
  [[nodiscard]] std::size_t leaving() const noexcept { return directory_.leaving(); }

  [[nodiscard]] time_point next_deadline() const noexcept { return probes_.next_deadline(); }

  /// Any client but this one, if there is another.
  [[nodiscard]] peer_id another_client(peer_id than) const;

  /// Frees what has ended; not while a letter is being read.
  void clean_up();

  /// The broker's time on the world's clock, in which the network thinks.
  void set_world_time(time_point world) noexcept { world_ = world; }

private:
  using peer_handle = std::variant<sim_session*, sim_connection*>;
  using directory = peers::peer_directory<peer_handle>;

  void on_message(routed_message input);
  void on_invalid(const routed_message& input, wire::decode_error error);
  void open(directory::entry& peer);
  void deliver(directory::entry& peer, wire::broker_input input);

  broker_parts& broker_;
  network& net_;
  time_point world_{};
  directory directory_;
  peers::probe_schedule probes_;
  std::vector<std::unique_ptr<sim_session>> sessions_;
  std::vector<std::unique_ptr<sim_connection>> connections_;
  actor_ref<sim_router_peers> self_;
};

} // namespace mdp::sim
