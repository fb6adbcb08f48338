#include "mdp/actors/compat/system.hpp"

#include <caf/string_view.hpp>

namespace mdp::actors {

system_config::system_config(std::size_t scheduler_threads) {
  // Work sharing sleeps on a condition variable; work stealing, the default, polls in 50 us sleeps
  // and takes a quarter of a core when idle.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", scheduler_threads);
  set("scheduler.max-throughput", std::size_t{100});
}

void init() {
  // CAF 0.17 needs no registration for messages that stay in the process.
}

} // namespace mdp::actors
