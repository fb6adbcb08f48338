#include "mdp/actors/service/service_instance.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/service/job_channel.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace mdp::actors {

namespace {

using surroundings = service_instance_state::surroundings;

/// Calls the handler, and says what it has thrown.
std::optional<std::string> call(const request_handler& work, message body, responder answer) {
  try {
    work(std::move(body), std::move(answer));
    return std::nullopt;
  } catch (const std::exception& reason) {
    return reason.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

/// The work on one job, on a thread of the pool.
void work_on(const surroundings& around, const service_instance_actor& instance,
             const sink_accepted& by, assign_job& job) {
  if ((by.is_over && *by.is_over) || !around.begun->begin(job.id))
    return;
  responder answer(
    std::make_unique<job_channel>(by, job.id, job.attempt, around.begun, around.credit),
    std::move(job.user));
  answer_guard guard(answer);
  const auto thrown = call(around.work, std::move(job.body), std::move(answer));
  if (!thrown)
    return;
  around.log_exception(*thrown);
  if (around.on_exception == exception_policy::give_back_and_end)
    guard.give_back();
  else
    guard.fail(500, *thrown);
  if (around.on_exception == exception_policy::answer)
    return;
  around.begun->close(); // ahead of the instance, which hears of it only now
  post(instance, handler_threw{*thrown});
}

} // namespace

service_instance_state::service_instance_state(handle::pointer self,
                                               std::shared_ptr<const surroundings> around)
    : self_(self), around_(std::move(around)) {}

service_instance_state::~service_instance_state() {
  around_->begun->close();
}

service_instance_actor::behavior_type service_instance_state::make_behavior() {
  return {
    [this](stop) { end_normally(self_); },
    [this](sink_accepted& news) { accepted_ = std::move(news); },
    [this](assign_job& job) { take(job); },
    [this](const handler_threw&) { end_failed(self_); },
  };
}

void service_instance_state::take(assign_job& job) {
  around_->run([around = around_, instance = handle{self_}, by = accepted_,
                job = std::move(job)]() mutable { work_on(*around, instance, by, job); });
}

} // namespace mdp::actors
