#include "mdp/actors/broker/broker_tree.hpp"

#include "mdp/actors/broker/client_session.hpp"
#include "mdp/actors/broker/service_registry.hpp"
#include "mdp/actors/broker/worker_connection.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/supervision/supervisor.hpp"
#include "mdp/engine/dead_letters.hpp"

#include <random>
#include <utility>

namespace mdp::actors {

namespace {

/// One incarnation of the branch: who has been started so far, and how the rest is started.
struct branch_state {
  broker_tree parts;
  std::shared_ptr<engine::dead_letters> dead_letters;
  std::function<io_actor()> io;
  supervisor_actor queues;
  supervisor_actor peers;
};
using branch_ptr = std::shared_ptr<branch_state>;

template <class Peer>
Peer adopted(caf::local_actor& parent, const supervisor_actor& peers, Peer peer, const char* name) {
  post_on(*parent.context(), peers, adopt_temporary(peer, name));
  return peer;
}

/// How the I/O actor opens sessions and connections that belong to this branch.
serve_peers openers(const branch_ptr& branch, const service_registry_actor& registry) {
  const auto io = branch->io();
  const auto& parts = branch->parts;
  auto clients = parts.clients;
  clients.rules = parts.rules;
  auto for_clients = std::make_shared<client_session_state::surroundings>(
    client_session_state::surroundings{io, registry, parts.counters, clients, parts.budget});
  auto for_workers = std::make_shared<worker_connection_state::surroundings>(
    worker_connection_state::surroundings{io, registry, parts.counters, parts.workers});
  return {
    [for_clients, peers = branch->peers](caf::local_actor& parent, peer_id id,
                                         const frame& routing_id, time_point now) {
      return adopted(parent, peers,
                     spawn_state<client_session_state>(parent, for_clients, id, routing_id, now),
                     client_session_state::name);
    },
    [for_workers, peers = branch->peers](caf::local_actor& parent, peer_id id,
                                         const frame& routing_id, wire::protocol_version version,
                                         time_point now) {
      return adopted(
        parent, peers,
        spawn_state<worker_connection_state>(parent, for_workers, id, routing_id, version, now),
        worker_connection_state::name);
    },
  };
}

supervisor_spec many_for_one(std::string name) {
  supervisor_spec spec;
  spec.name = std::move(name);
  spec.seed = std::random_device{}();
  return spec;
}

child_spec supervisor_child(std::string name, std::function<void(supervisor_actor)> started) {
  child_spec spec;
  spec.name = name;
  spec.start = [name, started = std::move(started)](caf::local_actor& parent) {
    const auto supervisor = spawn_state<supervisor_state>(parent, many_for_one(name));
    started(supervisor);
    return stoppable_actor{supervisor};
  };
  spec.grace = 2 * defaults::shutdown_grace;
  return spec;
}

child_spec registry_child(const branch_ptr& branch) {
  child_spec spec;
  spec.name = service_registry_state::name;
  spec.start = [branch](caf::local_actor& parent) {
    const auto& parts = branch->parts;
    auto around = std::make_shared<service_registry_state::surroundings>();
    around->queues = branch->queues;
    around->io = branch->io();
    around->openers = [branch](const service_registry_actor& registry) {
      return openers(branch, registry);
    };
    around->counters = parts.counters;
    around->queue = parts.queues;
    around->rules = parts.rules;
    around->budget = parts.budget;
    around->dead_letters = branch->dead_letters;
    around->dead_letter_service = parts.dead_letter_service;
    around->max_services = parts.max_services;
    around->linger = parts.service_linger;
    const auto registry = spawn_state<service_registry_state>(parent, std::move(around));
    parts.registry->set(registry);
    return stoppable_actor{registry};
  };
  return spec;
}

} // namespace

child_spec broker_spec(broker_tree parts, std::function<io_actor()> io) {
  const auto dead = std::make_shared<engine::dead_letters>(); // outlives a restart of the branch
  child_spec spec;
  spec.name = "broker";
  spec.start = [parts = std::move(parts), dead, io = std::move(io)](caf::local_actor& parent) {
    auto branch = std::make_shared<branch_state>(branch_state{parts, dead, io, {}, {}});
    supervisor_spec broker;
    broker.name = "broker";
    broker.strategy = restart_strategy::one_for_all;
    broker.seed = std::random_device{}();
    broker.children = {
      supervisor_child("queues", [branch](supervisor_actor s) { branch->queues = std::move(s); }),
      supervisor_child("peers", [branch](supervisor_actor s) { branch->peers = std::move(s); }),
      registry_child(branch),
    };
    return stoppable_actor{spawn_state<supervisor_state>(parent, std::move(broker))};
  };
  spec.grace = 8 * defaults::shutdown_grace;
  return spec;
}

} // namespace mdp::actors
