#include "mdp/actors/broker/broker_tree.hpp"

#include "mdp/actors/broker/client_session.hpp"
#include "mdp/actors/broker/service_registry.hpp"
#include "mdp/actors/broker/worker_connection.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/supervision/supervisor.hpp"
#include "mdp/engine/dead_letters.hpp"

#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace mdp::actors {

namespace {

/// One incarnation of the branch: who has been started so far, and how the rest is started.
struct branch_state {
  broker_tree parts;
  std::shared_ptr<engine::dead_letters> dead_letters;
  std::function<std::vector<io_actor>()> loops;
  supervisor_actor queues;
  supervisor_actor peers;
  std::optional<routing_branch> routing;
  supervisor_actor routers;
};
using branch_ptr = std::shared_ptr<branch_state>;

using session = client_session_state;
using connection = worker_connection_state;

/// The supervisor runs on another thread: what it has not heard yet is counted, so that a flood of new
/// peers cannot fill its mailbox.
struct adopting {
  supervisor_actor peers;
  std::shared_ptr<std::atomic<std::size_t>> under_way;

  void operator()(caf::local_actor& parent, adopt_child request) const {
    request.credit = std::make_shared<io::batch_credit>(under_way);
    post_on(*parent.context(), peers, std::move(request));
  }
};

client_session_actor open_client(caf::local_actor& parent, const adopting& adopt,
                                 const std::shared_ptr<const session::surroundings>& around,
                                 const new_peer& who, std::shared_ptr<engine::user_access> access) {
  const auto kept =
    std::make_shared<session::store>(around->config, who, around->budget, std::move(access));
  auto opened = spawn_state<session>(parent, around, kept);
  child_spec spec;
  spec.name = session::name;
  spec.restart = restart_type::transient;
  spec.line = kept->line;
  spec.start = [around, kept](caf::local_actor& supervisor) {
    return stoppable_actor{spawn_state<session>(supervisor, around, kept)};
  };
  adopt(parent, adoption_of(stoppable_actor{opened}, std::move(spec)));
  return opened;
}

/// Users' access, which sessions of several loops ask for. Thread-safe.
class shared_access_book {
public:
  explicit shared_access_book(std::shared_ptr<const engine::access_rules> rules)
      : book_(std::move(rules)) {}

  [[nodiscard]] std::shared_ptr<engine::user_access> of(const frame& user) {
    const std::lock_guard lock(mutex_);
    return book_.of(user.text());
  }

private:
  std::mutex mutex_;
  engine::access_book book_;
};

/// How the I/O actor `io` opens sessions and connections that belong to this branch. Null `book`: users may
/// do everything.
serve_peers openers(const branch_ptr& branch, const io_actor& io,
                    const service_registry_actor& registry, const job_desk_actor& front,
                    const std::shared_ptr<shared_access_book>& book) {
  const auto& parts = branch->parts;
  auto clients = parts.clients;
  clients.rules = parts.rules;
  auto for_clients = std::make_shared<const session::surroundings>(
    session::surroundings{io, front, parts.counters, clients, parts.budget});
  auto for_workers = std::make_shared<const connection::surroundings>(
    connection::surroundings{io, registry, parts.counters, parts.workers, parts.are_users_listed});
  const adopting adopt{branch->peers, parts.adoptions};
  const auto access_of = [book](const frame& user) {
    return book ? book->of(user) : std::shared_ptr<engine::user_access>();
  };
  return {
    [for_clients, access_of, adopt](caf::local_actor& parent, const new_peer& who) {
      return open_client(parent, adopt, for_clients, who, access_of(who.user));
    },
    [for_workers, access_of, adopt](caf::local_actor& parent, const new_peer& who) {
      auto opened = spawn_state<connection>(parent, for_workers, who, access_of(who.user));
      adopt(parent, adopt_temporary(opened, connection::name));
      return opened;
    },
  };
}

/// Has all loops let peers in, from now on by this branch.
void serve(const branch_ptr& branch, const service_registry_actor& registry,
           const job_desk_actor& front) {
  const auto& access = branch->parts.access;
  const auto book = access ? std::make_shared<shared_access_book>(access) : nullptr;
  const auto loops = branch->loops();
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto news = openers(branch, loops[i], registry, front, book);
    if (i == 0)
      news.other_loops.assign(loops.begin() + 1, loops.end());
    post(loops[i], std::move(news));
  }
}

/// Each child has its own pauses, which grow: one that fails for ever harms nobody else, and must not
/// take the others down with it. So these supervisors never give up.
child_spec crowd_of(std::string name, std::function<void(supervisor_actor)> started,
                    std::vector<child_spec> first = {}) {
  auto child = lasting_child(
    name,
    [name, first = std::move(first)] {
      supervisor_spec spec;
      spec.name = name;
      spec.seed = std::random_device{}();
      spec.intensity = unlimited_restarts;
      spec.children = first;
      return spec;
    },
    std::move(started));
  child.grace = 2 * defaults::shutdown_grace;
  return child;
}

child_spec registry_child(const branch_ptr& branch) {
  const auto kept = std::make_shared<service_registry_state::store>(
    branch->parts.max_services, branch->parts.rules, !branch->parts.exact_names,
    branch->parts.dead_letter_service);
  child_spec spec;
  spec.name = service_registry_state::name;
  spec.line = kept->line;
  spec.start = [branch, kept](caf::local_actor& parent) {
    const auto& parts = branch->parts;
    auto around = std::make_shared<service_registry_state::surroundings>();
    around->queues = branch->queues;
    around->serve = [branch](const service_registry_actor& registry, const job_desk_actor& front) {
      serve(branch, registry, front);
    };
    if (branch->routing)
      around->open_routing = [branch](caf::local_actor& starter,
                                      const service_registry_actor& registry) {
        auto desks = branch->routing->open(starter, branch->routers, registry);
        if (branch->parts.front)
          branch->parts.front->set(desks.front);
        return desks;
      };
    around->counters = parts.counters;
    around->queue = parts.queues;
    around->rules = parts.rules;
    around->budget = parts.budget;
    around->dead_letters = branch->dead_letters;
    around->linger = parts.service_linger;
    around->tree = parts.tree;
    const auto registry = spawn_state<service_registry_state>(parent, std::move(around), kept);
    parts.registry->set(registry);
    return stoppable_actor{registry};
  };
  return spec;
}

} // namespace

child_spec broker_spec(broker_tree parts, std::function<std::vector<io_actor>()> loops) {
  const auto dead = std::make_shared<engine::dead_letters>(); // outlives a restart of the branch
  auto child = lasting_child("broker", [parts = std::move(parts), dead, loops = std::move(loops)] {
    auto branch = std::make_shared<branch_state>(branch_state{parts, dead, loops, {}, {}, {}, {}});
    if (parts.routing && !parts.routing->empty())
      branch->routing.emplace(*parts.routing, parts.budget);
    supervisor_spec spec;
    spec.name = "broker";
    spec.seed = std::random_device{}();
    spec.children = {
      crowd_of("queues", [branch](supervisor_actor s) { branch->queues = std::move(s); }),
      crowd_of("peers", [branch](supervisor_actor s) { branch->peers = std::move(s); }),
    };
    if (branch->routing)
      spec.children.push_back(crowd_of(
        "routing", [branch](supervisor_actor s) { branch->routers = std::move(s); },
        branch->routing->routers()));
    spec.children.push_back(registry_child(branch));
    if (parts.services)
      spec.children.push_back(parts.services->branch());
    return spec;
  });
  child.grace = 8 * defaults::shutdown_grace;
  return child;
}

} // namespace mdp::actors
