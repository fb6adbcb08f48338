#include "mdp/actors/service/service_roster.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace mdp::actors {

namespace {

/// Sinks of remote workers are numbered as their connections are: from 1 up.
constexpr std::uint64_t first_inner_sink = 1ULL << 63U;

} // namespace

service_roster::service_roster(std::shared_ptr<current<service_registry_actor>> registry)
    : registry_(std::move(registry)), services_("services", 2 * defaults::shutdown_grace) {}

bool service_roster::add(caf::actor_system& system, std::string name, service_spec spec) {
  const auto host = std::make_shared<service_host>(std::move(name), std::move(spec));
  {
    const std::lock_guard guard(mutex_);
    hosts_.push_back(host);
  }
  return services_.add(system, service(host));
}

child_spec service_roster::service(const std::shared_ptr<service_host>& host) {
  auto spec = independent_children("service " + host->name());
  spec.children.assign(host->spec().instances, instance(host));
  child_spec child;
  child.name = spec.name;
  child.grace = 2 * defaults::shutdown_grace;
  child.start = [spec = std::move(spec)](caf::local_actor& parent) {
    return stoppable_actor{spawn_state<supervisor_state>(parent, spec)};
  };
  return child;
}

child_spec service_roster::instance(const std::shared_ptr<service_host>& host) {
  child_spec spec;
  spec.name = "instance of " + host->name();
  spec.pause = host->spec().pause;
  spec.start = [host, registry = registry_, numbers = instances_](caf::local_actor& parent) {
    const auto broker = registry->get();
    if (!broker)
      throw std::runtime_error("the broker is stopping");
    auto [actor, begun] = host->start_instance(parent);
    const sink_id id{first_inner_sink + ++*numbers};
    post(broker,
         register_sink{host->name(), id, host->spec().capacity, actor, nullptr, std::move(begun)});
    return stoppable_actor{actor};
  };
  return spec;
}

std::size_t service_roster::stop(duration grace) {
  const std::lock_guard guard(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  std::size_t left_behind = 0;
  for (const auto& host : hosts_)
    left_behind +=
      host->stop(std::max<duration>(deadline - std::chrono::steady_clock::now(), duration::zero()));
  return left_behind;
}

} // namespace mdp::actors
