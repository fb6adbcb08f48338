#include "sim/sim_registry.hpp"

#include "mdp/engine/mmi.hpp"
#include "sim/sim_connection.hpp"
#include "sim/sim_mmi.hpp"
#include "sim/sim_queue.hpp"

#include <utility>

namespace mdp::sim {

sim_registry::sim_registry(broker_parts& broker)
    : broker_(broker),
      self_(broker.post.open(this)),
      catalog_(broker.config.max_services),
      mmi_(std::make_unique<sim_mmi>(broker)) {}

sim_registry::~sim_registry() = default;

void sim_registry::submit(std::string service, engine::job what,
                          const actor_ref<sim_owner>& session) {
  if (engine::is_reserved_service(service)) // 8-1
    return broker_.post.tell(mmi_->self(),
                             [service = std::move(service), what = std::move(what),
                              session](sim_mmi& mmi) { mmi.on_question(service, what, session); });
  auto reason = engine::refusal::stopping;
  if (!is_draining_) {
    const auto found = catalog_.route(service);
    if (!found.name.empty())
      what.service = frame(service); // the queue has another name
    if (auto* const queue = queue_at(found, service))
      return broker_.post.tell(queue->self(),
                               [what = std::move(what), session](sim_queue& q) mutable {
                                 q.on_submit(std::move(what), session);
                               });
    reason = engine::refusal::too_many_services;
  }
  broker_.post.tell(session, [id = what.id, reason](sim_owner& s) { s.on_refused(id, reason); });
}

void sim_registry::submit_to_one(const std::string& service, engine::job what,
                                 const actor_ref<sim_owner>& session, const frame& routing_id) {
  if (is_draining_)
    return broker_.post.tell(
      session, [id = what.id](sim_owner& s) { s.on_refused(id, engine::refusal::stopping); });
  const auto found = catalog_.route(service);
  if (found.known == nullptr)
    return broker_.post.tell(
      session, [what = std::move(what)](sim_owner& s) mutable { s.on_returned(std::move(what)); });
  ++found.known->passed_on;
  broker_.post.tell(found.known->handle->self(),
                    [what = std::move(what), session, routing_id](sim_queue& q) mutable {
                      q.on_submit_to_one(std::move(what), session, routing_id);
                    });
}

void sim_registry::cancel(const std::string& service, job_id id) {
  catalog_.for_each_candidate(service, [&](auto& known) {
    ++known.passed_on;
    broker_.post.tell(known.handle->self(), [id](sim_queue& q) { q.on_cancel(id); });
  });
}

void sim_registry::register_sink(const engine::offer_service& offer, sink_id id,
                                 const actor_ref<sim_connection>& sink) {
  const auto found = catalog_.find(offer.service, engine::name_use::offered);
  if (auto* const queue = queue_at(found, offer.service))
    broker_.post.tell(queue->self(),
                      [offer, id, sink](sim_queue& q) { q.on_register(offer, id, sink); });
  else
    broker_.post.tell(sink, [](sim_connection& worker) { worker.stop(); }); // T8: no room
}

void sim_registry::on_queue_idle(const std::string& service, std::uint64_t received) {
  const auto found = catalog_.find(service);
  if (found.known == nullptr)
    return;
  const auto* const queue = found.known->handle;
  if (!catalog_.remove_if_settled(service, received))
    return;
  broker_.ledger.queue_ended(service);
  broker_.post.close(queue->self());
}

void sim_registry::on_staffed(const std::string& service, bool is_staffed) {
  for (const auto* queue : catalog_.set_staffed(service, is_staffed))
    broker_.post.tell(queue->handle->self(), [](sim_queue& q) { q.on_yield(); });
}

void sim_registry::on_survey(std::uint64_t survey, const std::optional<std::string>& only) {
  std::size_t asked = 0;
  const auto ask = [&](sim_queue* queue) {
    ++asked;
    broker_.post.tell(queue->self(), [survey, mmi = mmi_->self()](sim_queue& q) {
      q.on_report_wanted(survey, mmi);
    });
  };
  if (!only)
    catalog_.for_each([&](const std::string&, const auto& known) { ask(known.handle); });
  else if (const auto found = catalog_.route(*only); found.known != nullptr)
    ask(found.known->handle);
  broker_.post.tell(mmi_->self(),
                    [survey, asked](sim_mmi& mmi) { mmi.on_survey_begun(survey, asked); });
}

void sim_registry::on_drain() {
  is_draining_ = true;
  catalog_.for_each([&](const std::string&, const auto& known) {
    broker_.post.tell(known.handle->self(), [](sim_queue& q) { q.on_drain(); });
  });
}

void sim_registry::clean_up() {
  std::erase_if(queues_, [&](const auto& queue) { return !broker_.post.is_open(queue->self()); });
}

sim_queue* sim_registry::queue_at(const catalog::answer& found, const std::string& service) {
  switch (found.verdict) {
  case engine::name_verdict::known:
    ++found.known->passed_on;
    return found.known->handle;
  case engine::name_verdict::unknown: {
    queues_.push_back(std::make_unique<sim_queue>(broker_, service));
    auto& added = catalog_.add(service, queues_.back().get());
    ++added.passed_on;
    return added.handle;
  }
  case engine::name_verdict::internal:
  case engine::name_verdict::full:
    break;
  }
  return nullptr;
}

} // namespace mdp::sim
