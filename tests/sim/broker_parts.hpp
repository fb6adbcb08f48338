#pragma once

#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/client_link.hpp"
#include "mdp/engine/route_gate.hpp"
#include "mdp/engine/service_queue.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/peers/peer_directory.hpp"
#include "mdp/wire/limits.hpp"
#include "sim/job_ledger.hpp"
#include "sim/mailboxes.hpp"
#include "sim/network.hpp"
#include "sim/trace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What the actors of the simulated broker share. There is one for each kind of actor in
/// `actors/mdp/actors/broker`, of the same shape and joined in the same way: sim_router_peers (the
/// I/O actor's half), sim_session, sim_connection, sim_registry, sim_queue, sim_mmi, sim_gate. What they lack
/// is CAF, sockets and logging; the decisions are made by the same engines.
namespace mdp::sim {

class sim_router_peers;
class sim_registry;
class sim_queue;
class sim_session;
class sim_connection;
class sim_gate;

/// A router between sessions and registry.
struct routing_config {
  engine::route_gate_config gate;
  std::vector<std::string> services; ///< Where it may send requests.
  double failures = 0;               ///< The share of questions of which it fails.
};

struct broker_config {
  peers::directory_config peers;
  engine::worker_link_config workers;
  engine::client_link_config clients;
  engine::queue_config queues;
  engine::budget_config budget;
  std::size_t max_services = defaults::max_services;
  duration service_linger = defaults::service_linger;
  wire::limits limits;
  std::optional<routing_config> routing;
};

/// Rules that a test breaks on purpose in the glue between the engines, to see that the invariants
/// notice. A simulation that cannot fail proves nothing.
enum class broken_rule : std::uint8_t {
  none,
  keeps_lost_workers,      ///< a queue is not told that a worker is lost
  forgets_who_was_told,    ///< no memory of DISCONNECTs
  neglects_busy_workers,   ///< no heartbeats for those that hold a request
  loses_answers,           ///< one in twenty does not arrive at the session
  answers_twice,           ///< one final in twenty is sent twice
  answers_somebody_else,   ///< one final in twenty goes to another client
  forgets_to_cancel,       ///< a session that ends leaves its requests in the queues
  never_looks_at_clock,    ///< silent workers are never noticed, nothing expires
  leaves_dead_undisturbed, ///< the socket's word that a peer is gone is not passed on (T22)
  keeps_what_waits,        ///< a queue without workers gives nothing back
  mixes_attempts,          ///< pieces of a lost worker's reply count as the next one's (T4)
  loses_verdicts,          ///< one in twenty of a router's does not arrive at its gate
};

/// How often what happened to a broker's peers.
struct peer_counters {
  std::array<std::uint64_t, engine::worker_end_count> ended_workers{};
  std::array<std::uint64_t, peers::verdict_count> verdicts{};
  std::uint64_t invalid_messages = 0;
  std::uint64_t unreachable = 0;
  std::uint64_t late_answers = 0;
  engine::route_counters routing;
};

struct broker_parts {
  const broker_config& config;
  mailboxes& post;
  job_ledger& ledger;
  wire_tap& tap;
  peer_counters& counters;
  trace& events;
  dice& chance; ///< For broken rules only.
  broken_rule broken = broken_rule::none;
  time_point now{}; ///< On the broker's clock.
  actor_ref<sim_router_peers> io;
  actor_ref<sim_registry> registry;
  std::shared_ptr<engine::broker_budget> budget;
  actor_ref<sim_gate> gate{}; ///< None without routing.
  bool is_calm = false;       ///< From here on nothing goes wrong.

  [[nodiscard]] bool breaks(broken_rule rule) const noexcept { return broken == rule; }
};

} // namespace mdp::sim
