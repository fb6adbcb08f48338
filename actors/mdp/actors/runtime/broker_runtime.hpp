#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/actors/routing/router_spec.hpp"
#include "mdp/actors/service/service_spec.hpp"
#include "mdp/actors/supervision/supervision_tree.hpp"
#include "mdp/defaults.hpp"
#include "mdp/engine/access_rules.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/client_link.hpp"
#include "mdp/engine/route_rules.hpp"
#include "mdp/engine/service_queue.hpp"
#include "mdp/engine/service_rules.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/peers/open_handshakes.hpp"
#include "mdp/peers/peer_defaults.hpp"
#include "mdp/peers/peer_directory.hpp"
#include "mdp/security/address_rules.hpp"
#include "mdp/security/key_store.hpp"
#include "mdp/security/password_store.hpp"
#include "mdp/wire/limits.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace caf {
class actor_system;
} // namespace caf

namespace mdp::actors {

/// Everything that can be set about a broker. What is not set is in `defaults.hpp`.
struct broker_config {
  /// Where clients and workers connect, one ROUTER for all (7-2); a port of `*` is chosen by the
  /// system.
  std::vector<std::string> endpoints{std::string(defaults::broker_endpoint)};
  /// If there are any, workers connect here, to a ROUTER of their own, and clients alone to the
  /// others: each side can be firewalled by itself, and neither takes the other's places.
  std::vector<std::string> worker_endpoints;
  /// Who may connect, by address; without rules everybody.
  security::address_rules addresses;
  /// Who may connect by CURVE, which `sockets.curve.own` turns on; null: whoever has the broker's public
  /// key. It is looked at for changes as long as the broker runs: who is new may come, who is not in it any
  /// more is hung up on.
  std::shared_ptr<security::key_store> keys;
  /// Turns PLAIN on: who may connect by a name and a password, which are sent in the clear. Not beside
  /// CURVE. It is looked at for changes as `keys` is.
  std::shared_ptr<security::password_store> passwords;
  /// Who may call and serve what; without rules everybody everything.
  std::vector<engine::access_rule> access;
  /// I/O loops, each with two threads of its own, that accept at the same endpoints and share all queues. Which
  /// of them a peer is at is chance, also when it comes back under the same routing id.
  std::size_t loops = 1;
  net::socket_config sockets;
  wire::limits limits;
  peers::directory_config peers;
  /// What messages of TCP peers that have begun and not ended may hold together, in bytes.
  std::uint64_t max_unfinished_bytes = defaults::unfinished_total_bytes;
  /// How many connections may not have finished their handshake, in all and by address.
  peers::handshake_limits handshakes;
  engine::client_link_config clients;
  engine::worker_link_config workers;
  engine::queue_config queues;
  /// What holds for single services instead, by name or pattern, and which requests are urgent.
  std::vector<engine::service_rule> services;
  std::vector<engine::priority_rule> priorities;
  /// Where requests go that are sent elsewhere than their names say.
  std::vector<engine::route_rule> routes;
  /// Bounds of all open requests together.
  engine::budget_config budget;
  /// Requests whose attempts are used up go there, too; empty: nowhere.
  std::string dead_letter_service;
  /// Takes services' names as they are. Otherwise one that ends in `*` is a pattern, whose workers
  /// serve whatever begins like it and has no workers of its own.
  bool exact_names = false;
  std::size_t max_services = defaults::max_services;
  duration service_linger = defaults::service_linger;
  /// How long a stopping broker waits for the answers to requests that workers hold.
  duration shutdown_grace = defaults::shutdown_grace;
  /// How long a handler of a service inside the process may take to return once nobody waits for its
  /// answer any more.
  duration handler_grace = defaults::handler_grace;
  /// CAF's threads, unless the broker lives in a system that is there already.
  std::size_t scheduler_threads = 2;
};

/// What is wrong with a configuration, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const broker_config& config);

/// A whole broker: socket loop, actors, supervision. Any number of them may live in a process. Its
/// functions may be called from any thread but those of its own actors and services.
class broker_runtime {
public:
  explicit broker_runtime(broker_config config);

  /// The same inside a program that has actors of its own: the broker's live in `system`, too, and
  /// leave nothing behind there. `system` must outlive the broker.
  broker_runtime(broker_config config, caf::actor_system& system);

  /// Stops the broker at once.
  ~broker_runtime();
  broker_runtime(const broker_runtime&) = delete;
  broker_runtime& operator=(const broker_runtime&) = delete;

  /// Starts everything and waits until the sockets are bound: the real endpoints, those for workers
  /// alone behind the others, or one line that says what is wrong. Once. `on_failure` is called from some thread if the broker fails later
  /// and cannot be restarted.
  [[nodiscard]] tl::expected<std::vector<std::string>, std::string>
  start(std::function<void()> on_failure = {});

  /// Offers a service from inside the process, by the same rules as a remote worker and beside such
  /// workers if there are any. Before or after start(). The error is one line that says what is wrong
  /// with it, or that the broker is stopping.
  [[nodiscard]] tl::expected<void, std::string> spawn_service(std::string name, service_spec spec);

  /// Puts a router between clients and services, behind those that were installed before and the
  /// configuration's rules. Before start(). The error is one line that says what is wrong with it, or
  /// that the broker has started.
  [[nodiscard]] tl::expected<void, std::string> install_router(router_spec spec);

  /// Takes no more requests, waits up to `shutdown_grace` for the answers to those that workers and
  /// services hold, says DISCONNECT to all workers (T15) and ends. With `at_once` it does not wait.
  ///
  /// Handlers of services inside the process that still run get `handler_grace` to return.
  /// The number of those that did not is the result; their threads are left to themselves, so what
  /// they use must live on.
  std::size_t stop(bool at_once = false);

  /// Looks at the stores of keys and users at once, and logs what came of it. Without a store it does nothing.
  /// Does not wait.
  void reload_keys();

  /// The supervision tree as it is now.
  [[nodiscard]] tree_report tree() const;

  /// Which worker would get a request for `service` if it came now, and why. Under a policy of chance
  /// it is one of those that may be hit. The error is one line: that no worker has room, or that the
  /// broker does not run. Waits for the broker's answer, so not for the loop's thread.
  [[nodiscard]] tl::expected<engine::worker_report, std::string>
  next_worker(std::string service, message body, frame client_address = {}) const;

  /// What the broker has seen and done; valid as long as somebody holds it.
  [[nodiscard]] std::shared_ptr<const broker_counters> counters() const noexcept;

private:
  class body;
  std::unique_ptr<body> body_;
};

} // namespace mdp::actors
