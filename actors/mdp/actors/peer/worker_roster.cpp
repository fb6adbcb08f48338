#include "mdp/actors/peer/worker_roster.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/peer/worker_peer.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace mdp::actors {

worker_roster::worker_roster(talk how, std::function<io_actor()> io)
    : talk_(std::move(how)),
      io_(std::move(io)),
      connections_("connections", connection_grace() + 2 * defaults::shutdown_grace) {}

bool worker_roster::add(caf::actor_system& system, std::string name, service_spec spec,
                        std::size_t calls_at_a_time) {
  const auto host =
    std::make_shared<service_host>(std::move(name), std::move(spec), calls_at_a_time);
  {
    const std::lock_guard guard(mutex_);
    hosts_.push_back(host);
  }
  auto all = independent_children("connections of " + host->name());
  for (std::uint32_t i = 0; i < host->spec().instances; ++i)
    all.children.push_back(connection(host, std::make_shared<instance_place>()));
  child_spec child;
  child.name = all.name;
  child.grace = connection_grace() + defaults::shutdown_grace;
  child.start = [all = std::move(all)](caf::local_actor& parent) {
    return stoppable_actor{spawn_state<supervisor_state>(parent, all)};
  };
  return connections_.add(system, std::move(child));
}

std::vector<child_spec> worker_roster::branches() {
  return {instances(), connections_.branch()};
}

void worker_roster::close() {
  connections_.close();
}

std::size_t worker_roster::stop(duration grace) {
  const std::lock_guard guard(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  std::size_t left_behind = 0;
  for (const auto& host : hosts_)
    left_behind +=
      host->stop(std::max<duration>(deadline - std::chrono::steady_clock::now(), duration::zero()));
  return left_behind;
}

child_spec worker_roster::instances() {
  child_spec child;
  child.name = "instances";
  child.grace = 2 * defaults::shutdown_grace;
  child.start = [this](caf::local_actor& parent) {
    const auto supervisor =
      spawn_state<supervisor_state>(parent, independent_children("instances"));
    instances_.set(supervisor);
    return stoppable_actor{supervisor};
  };
  return child;
}

job_sink_actor worker_roster::instance(caf::local_actor& parent, service_host& host,
                                       const place& where) {
  bool is_new = false;
  auto actor = where->get_or_start([&] {
    is_new = true;
    return host.start_instance(parent).actor;
  });
  if (is_new) {
    actor->attach_functor(
      [where, which = actor.address()](const caf::error&) { where->ended(which); });
    post(instances_.get(), adopt_temporary(actor, "instance of " + host.name()));
  }
  return actor;
}

child_spec worker_roster::connection(const std::shared_ptr<service_host>& host,
                                     const place& where) {
  child_spec spec;
  spec.name = "connection";
  spec.pause = talk_.reconnect;
  spec.grace = connection_grace();
  spec.start = [this, host, where](caf::local_actor& parent) {
    const auto sink = instance(parent, *host, where);
    const auto number = ++conversations_;
    auto around = std::make_shared<worker_peer_state::surroundings>();
    around->io = io_();
    around->sink = sink;
    around->config.service = host->name();
    around->config.version = talk_.version;
    around->config.capacity = host->spec().capacity;
    around->config.says_load = talk_.load != nullptr;
    around->config.asks_user = talk_.asks_user;
    around->config.key = host->spec().sealing_key;
    around->config.heartbeat = talk_.heartbeat;
    around->load = talk_.load;
    around->drain_grace = talk_.drain_grace;
    around->counters = talk_.counters;
    const auto& broker = talk_.brokers[number % talk_.brokers.size()];
    const auto peer = spawn_state<worker_peer_state>(parent, std::move(around), broker, number);
    where->use(sink, peer);
    return stoppable_actor{peer};
  };
  return spec;
}

/// A peer ends within its drain grace by itself; who takes longer than this hangs.
duration worker_roster::connection_grace() const noexcept {
  return talk_.drain_grace + defaults::shutdown_grace;
}

} // namespace mdp::actors
