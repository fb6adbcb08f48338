#pragma once

#include "mdp/actors/current.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/service/service_host.hpp"
#include "mdp/actors/supervision/child_roster.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace mdp::actors {

/// The services inside a broker's process:
///
///     services ── one a service ── its instances, permanent
///
/// Each instance registers itself where remote workers do. An instance that a queue sends away, or
/// that fails, comes back after a pause and registers again. Thread-safe; must outlive the branch.
class service_roster {
public:
  /// `registry` gives the present one.
  explicit service_roster(std::shared_ptr<current<service_registry_actor>> registry);

  /// Adds a valid service; it begins to work when the branch does, or at once. False if it is too
  /// late.
  bool add(caf::actor_system& system, std::string name, service_spec spec);

  [[nodiscard]] child_spec branch() { return services_.branch(); }

  /// No service is added from now on; the branch is about to be stopped for good.
  void close() { services_.close(); }

  /// Ends the services' threads, when the branch has ended: waits up to `grace` for handlers that
  /// still run. How many did not return.
  std::size_t stop(duration grace);

private:
  child_spec service(const std::shared_ptr<service_host>& host);
  child_spec instance(const std::shared_ptr<service_host>& host);

  std::shared_ptr<current<service_registry_actor>> registry_;
  std::shared_ptr<std::atomic<std::uint64_t>> instances_ =
    std::make_shared<std::atomic<std::uint64_t>>(0);
  child_roster services_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<service_host>> hosts_;
};

} // namespace mdp::actors
