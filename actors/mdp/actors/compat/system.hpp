#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstddef>

namespace mdp::actors {

/// CAF's settings for a program of ours. All in code: CAF reads no file and no command line, which
/// are the business of the programs' own options.
class system_config : public caf::actor_system_config {
public:
  /// `scheduler_threads` serve supervisors, timers, services and routers, never the hot path.
  explicit system_config(std::size_t scheduler_threads);
};

/// Tells CAF about our message types. Once a process, before the first actor system; later calls do
/// nothing. Thread-safe.
void init();

} // namespace mdp::actors
