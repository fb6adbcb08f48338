#include "mdp/actors/service/job_channel.hpp"

#include "mdp/actors/compat/messaging.hpp"

#include <utility>

namespace mdp::actors {

job_channel::job_channel(sink_accepted by, job_id id, attempt_number attempt,
                         std::shared_ptr<begun_jobs> begun)
    : by_(std::move(by)), id_(id), attempt_(attempt), begun_(std::move(begun)) {}

bool job_channel::is_open() const noexcept {
  return !(by_.is_over && *by_.is_over) && !(begun_ && begun_->is_closed());
}

void job_channel::send(message body, bool is_final) {
  post(by_.queue, job_answered{by_.sink, id_, attempt_, is_final, std::move(body)});
  if (is_final && begun_)
    begun_->end(id_);
}

} // namespace mdp::actors
