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
             std::shared_ptr<answer_box> box, assign_job& job) {
  if (!box->is_open() || !around.begun->begin(job.id))
    return;
  responder answer(
    std::make_unique<job_channel>(std::move(box), job.id, job.attempt, around.begun, around.credit),
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
    // Usually past this table (`frequent`).
    [this](assign_job& job) { on(job); },
    [this](hand_over_due news) { on(news); },
    // The others.
    [this](stop) { end_normally(self_); },
    [this](sink_accepted& news) { box_ = std::make_shared<answer_box>(std::move(news)); },
    [this](const handler_threw&) { end_failed(self_); },
  };
}

void service_instance_state::on(assign_job& job) {
  if (!box_)
    return;           // nobody to be answered
  if (taken_.empty()) // behind the jobs that are in the mailbox already
    tell(self_, handle{self_}, hand_over_due{});
  taken_.emplace_back(
    [around = around_, instance = handle{self_}, box = box_, job = std::move(job)]() mutable {
      work_on(*around, instance, std::move(box), job);
    });
}

void service_instance_state::on(hand_over_due) {
  around_->run(taken_);
}

} // namespace mdp::actors
