#include "mdp/actors/service/job_channel.hpp"

#include <utility>

namespace mdp::actors {

job_channel::job_channel(std::shared_ptr<answer_box> box, job_id id, attempt_number attempt,
                         std::shared_ptr<begun_jobs> begun, std::shared_ptr<part_credit> credit)
    : box_(std::move(box)),
      id_(id),
      attempt_(attempt),
      begun_(std::move(begun)),
      credit_(std::move(credit)) {}

bool job_channel::is_open() const noexcept {
  return box_->is_open() && !begun_->is_closed();
}

void job_channel::send(message body, bool is_final) {
  if (!is_final)
    body = credit_->book(std::move(body), [this] { return is_open(); });
  box_->put(job_answered{box_->by().sink, id_, attempt_, is_final, std::move(body)});
  if (is_final)
    begun_->end(id_);
}

} // namespace mdp::actors
