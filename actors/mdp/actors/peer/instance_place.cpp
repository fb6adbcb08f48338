#include "mdp/actors/peer/instance_place.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"

#include <utility>

namespace mdp::actors {

job_sink_actor instance_place::get_or_start(const std::function<job_sink_actor()>& start) {
  const std::lock_guard guard(mutex_);
  if (!instance_) {
    instance_ = start();
    user_ = nullptr;
  }
  return instance_;
}

void instance_place::use(const job_sink_actor& instance, job_source_actor connection) {
  const std::lock_guard guard(mutex_);
  if (instance_ == instance)
    user_ = std::move(connection);
  else
    post(connection, sink_lost{});
}

void instance_place::ended(const caf::actor_addr& instance) {
  const std::lock_guard guard(mutex_);
  if (!instance_ || instance_.address() != instance)
    return;
  instance_ = nullptr;
  if (user_)
    post(std::exchange(user_, nullptr), sink_lost{});
}

} // namespace mdp::actors
