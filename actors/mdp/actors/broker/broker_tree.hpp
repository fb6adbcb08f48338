#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/actors/current.hpp"
#include "mdp/actors/routing/routing_branch.hpp"
#include "mdp/actors/service/service_roster.hpp"
#include "mdp/actors/supervision/child_spec.hpp"
#include "mdp/engine/access_rules.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/client_link.hpp"
#include "mdp/engine/service_queue.hpp"
#include "mdp/engine/service_rules.hpp"
#include "mdp/engine/worker_link.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mdp::actors {

/// What the broker's branch of the supervision tree is made of.
struct broker_tree {
  engine::client_link_config clients;
  engine::worker_link_config workers;
  engine::queue_config queues;
  /// What holds for single services; null: all are alike.
  std::shared_ptr<const engine::service_rules> rules;
  /// What all requests together may be; outlives a restart of the branch, as the counters do.
  std::shared_ptr<engine::broker_budget> budget = std::make_shared<engine::broker_budget>();
  /// Who may do what; null: everybody everything.
  std::shared_ptr<const engine::access_rules> access;
  /// Whether users are known by a list, of keys or of passwords.
  bool are_users_listed = false;
  std::string dead_letter_service; ///< Empty: there is none.
  bool exact_names = false;        ///< A `*` at the end of a service's name has no meaning.
  std::size_t max_services = defaults::max_services;
  /// Counts new peers until their supervisor has heard of them; see `io::loop_host`.
  std::shared_ptr<std::atomic<std::size_t>> adoptions =
    std::make_shared<std::atomic<std::size_t>>(0U);
  duration service_linger = defaults::service_linger;
  std::shared_ptr<broker_counters> counters;
  std::shared_ptr<const tree_node> tree; ///< The whole tree, for MMI; null: it shows none.
  /// Where the present registry is left for whoever wants to drain the broker.
  std::shared_ptr<current<service_registry_actor>> registry;
  /// Rules and routers; null: there are none, and sessions speak to the registry itself.
  std::shared_ptr<const routing_setup> routing;
  /// Where what stands in front of the registry is left for whoever wants to drain the broker; null:
  /// nobody does. Left alone without routing.
  std::shared_ptr<current<job_desk_actor>> front;
  /// The services inside the process; null if there can be none. Outlives the branch.
  std::shared_ptr<service_roster> services;
};

/// The broker as one child of a root:
///
///     broker (one for one)
///      ├─ queues (one for one)      the registry starts them; a failed one is back with all its jobs
///      │   └─ MMI
///      ├─ peers (one for one)       sessions are back with all open requests; connections are not
///      ├─ routing (one for one)     if there is any: routers, and what waits for their verdicts
///      ├─ registry                  is back with all queues
///      └─ services (one for one)    those inside the process, which register there
///
/// What an actor knows is kept beside it, and so is what it had not read yet: each of them can fail
/// alone, the supervisors included, and nothing that was accepted is lost. Only worker connections are
/// temporary: their end is what gives the worker's requests back.
///
/// Stopped from the last to the first: the services, no new queues, what waits for routers, then every worker gets its
/// DISCONNECT, then the queues go. `loops` gives the I/O actors' present incarnations, one at least, which are
/// older than this branch.
[[nodiscard]] child_spec broker_spec(broker_tree branch,
                                     std::function<std::vector<io_actor>()> loops);

} // namespace mdp::actors
