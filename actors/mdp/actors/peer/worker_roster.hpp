#pragma once

#include "mdp/actors/current.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/peer/instance_place.hpp"
#include "mdp/actors/service/service_host.hpp"
#include "mdp/actors/supervision/child_roster.hpp"
#include "mdp/actors/worker_counters.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/liveness.hpp"
#include "mdp/wire/constants.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace mdp::actors {

/// The services of a worker's process, each instance with a connection that speaks for it:
///
///     instances   ── all of them, temporary
///     connections ── one a service ── a connection for each instance, permanent
///
/// A connection starts its instance if there is none, and ends with it: then it comes back after its
/// pause, with a new one. Stopped from the last to the first: all connections together let their
/// instances finish what is at hand and say DISCONNECT, then the instances go. Thread-safe; must
/// outlive the branches.
class worker_roster {
public:
  /// How the connections talk to brokers.
  struct talk {
    std::vector<std::string> brokers;
    wire::protocol_version version{};
    engine::heartbeat_config heartbeat;
    engine::backoff_config reconnect;
    duration drain_grace{};
    std::function<std::uint32_t()> load{}; ///< In thousandths; null if brokers are not told.
    bool asks_user = false;
    std::shared_ptr<worker_counters> counters = std::make_shared<worker_counters>();
  };

  /// `io` gives the present I/O actor, which is older than the branches.
  worker_roster(talk how, std::function<io_actor()> io);

  /// Adds a valid service, of whose instances each runs up to `calls_at_a_time` handlers at once. False
  /// if it is too late.
  bool add(caf::actor_system& system, std::string name, service_spec spec,
           std::size_t calls_at_a_time);

  [[nodiscard]] std::vector<child_spec> branches();

  /// No service is added from now on; the branches are about to be stopped for good.
  void close();

  /// Ends the services' threads, when the branches have ended: waits up to `grace` for handlers that
  /// still run. How many did not return.
  std::size_t stop(duration grace);

private:
  using place = std::shared_ptr<instance_place>;

  child_spec instances();
  /// The instance at `where`, started and supervised if there was none.
  job_sink_actor instance(caf::local_actor& parent, service_host& host, const place& where);
  child_spec connection(const std::shared_ptr<service_host>& host, const place& where);
  [[nodiscard]] duration connection_grace() const noexcept;

  talk talk_;
  std::function<io_actor()> io_;
  std::atomic<std::uint64_t> conversations_{0};
  current<supervisor_actor> instances_;
  child_roster connections_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<service_host>> hosts_;
};

} // namespace mdp::actors
