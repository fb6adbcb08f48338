#include "mdp/actors/service/actor_service.hpp"

#include "mdp/actors/service/job_channel.hpp"

#include <memory>
#include <utility>

namespace mdp::actors {

service_work actor_service(actor_spawner::start_function start) {
  return service_work(std::make_shared<const actor_spawner>(std::move(start)));
}

responder responder_for(const sink_accepted& by, const assign_job& job) {
  return responder(std::make_unique<job_channel>(by, job.id, job.attempt, nullptr), job.user);
}

} // namespace mdp::actors
