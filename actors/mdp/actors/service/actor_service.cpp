#include "mdp/actors/service/actor_service.hpp"

#include "mdp/actors/compat/messaging.hpp"

#include <memory>
#include <utility>

namespace mdp::actors {

namespace {

/// Carries the answers of a user's actor, which must not be held up, and keeps no book of what it has begun.
class actor_channel final : public answer_channel {
public:
  actor_channel(sink_accepted by, job_id id, attempt_number attempt)
      : by_(std::move(by)), id_(id), attempt_(attempt) {}

  [[nodiscard]] bool is_open() const noexcept override { return !by_.is_over || !*by_.is_over; }

  void send(message body, bool is_final) override {
    post(by_.queue, job_answered{by_.sink, id_, attempt_, is_final, std::move(body)});
  }

private:
  sink_accepted by_;
  job_id id_;
  attempt_number attempt_;
};

} // namespace

service_work actor_service(actor_spawner::start_function start) {
  return service_work(std::make_shared<const actor_spawner>(std::move(start)));
}

responder responder_for(const sink_accepted& by, const assign_job& job) {
  return responder(std::make_unique<actor_channel>(by, job.id, job.attempt), job.user);
}

} // namespace mdp::actors
