#include "sim/sim_queue.hpp"

#include "mdp/overload.hpp"
#include "sim/sim_connection.hpp"
#include "sim/sim_mmi.hpp"
#include "sim/sim_registry.hpp"

#include <utility>
#include <variant>

namespace mdp::sim {

sim_queue::sim_queue(broker_parts& broker, std::string service)
    : broker_(broker),
      service_(std::move(service)),
      engine_(broker.config.queues, broker.budget),
      self_(broker.post.open(this)) {}

void sim_queue::on_submit(engine::job what, const actor_ref<sim_owner>& session) {
  ++received_;
  sessions_[what.id.client] = session;
  broker_.ledger.queued(service_, what);
  engine_.submit(std::move(what), broker_.now);
  carry_out();
}

void sim_queue::on_submit_to_one(engine::job what, const actor_ref<sim_owner>& session,
                                 const frame& routing_id) {
  ++received_;
  sessions_[what.id.client] = session;
  broker_.ledger.queued(service_, what);
  sink_id chosen{};
  for (const auto& [id, sink] : sinks_)
    if (broker_.post.is_open(sink) && sink.actor->routing_id() == routing_id)
      chosen = id;
  engine_.submit_to(chosen, std::move(what), broker_.now);
  carry_out();
}

void sim_queue::on_cancel(job_id id) {
  ++received_;
  broker_.ledger.cancelled_in_queue(service_, id);
  engine_.cancel(id);
  carry_out();
}

void sim_queue::on_register(const engine::offer_service& offer, sink_id id,
                            const actor_ref<sim_connection>& sink) {
  ++received_;
  sinks_.emplace(id, sink);
  if (!broker_.breaks(broken_rule::keeps_lost_workers))
    broker_.post.watch(sink, [this, id, self = self_] {
      broker_.post.tell(self, [id](sim_queue& queue) { queue.on_sink_lost(id); });
    });
  broker_.post.tell(sink, [self = self_](sim_connection& worker) { worker.on_accepted(self); });
  engine_.add_sink(id, offer.capacity, broker_.now, offer.load);
  carry_out();
}

void sim_queue::on_sink_lost(sink_id id, const std::vector<job_id>& undelivered) {
  sinks_.erase(id);
  broker_.ledger.sink_lost(service_, id, undelivered);
  engine_.remove_sink(id, broker_.now, undelivered);
  carry_out();
}

void sim_queue::on_answered(sink_id sink, engine::worker_answer answer) {
  const auto late_before = engine_.counters().late_answers;
  if (answer.is_final) {
    broker_.ledger.sink_answered(service_, sink, answer.id, answer.attempt);
    engine_.finish(sink, answer.id, answer.attempt, std::move(answer.body), broker_.now);
  } else
    engine_.partial(sink, answer.id, answer.attempt, std::move(answer.body));
  broker_.counters.late_answers += engine_.counters().late_answers - late_before;
  carry_out();
}

void sim_queue::on_report_wanted(std::uint64_t survey, const actor_ref<sim_mmi>& mmi) {
  auto report = engine_.report(broker_.now);
  report.service = service_;
  broker_.post.tell(mmi, [survey, report = std::move(report)](sim_mmi& m) mutable {
    m.on_reported(survey, std::move(report));
  });
}

void sim_queue::on_yield() {
  if (broker_.breaks(broken_rule::keeps_what_waits))
    return;
  engine_.yield_waiting();
  carry_out();
}

void sim_queue::on_drain() {
  engine_.stop();
  carry_out();
}

void sim_queue::on_deadline() {
  engine_.tick(broker_.now);
  carry_out();
  watch_idleness();
}

time_point sim_queue::next_deadline() const noexcept {
  auto deadline = engine_.next_deadline();
  if (engine_.is_idle())
    deadline =
      std::min(deadline, idle_since_.value_or(broker_.now) + broker_.config.service_linger);
  return deadline;
}

void sim_queue::carry_out() {
  engine_.actions().drain([this](engine::queue_action&& action) {
    std::visit(overload{
                 [&](engine::assign_to_sink& job) {
                   broker_.ledger.assigned(service_, job, broker_.now);
                   broker_.post.tell(sinks_.at(job.sink),
                                     [job = std::move(job)](sim_connection& worker) mutable {
                                       worker.on_assigned(std::move(job));
                                     });
                 },
                 [&](engine::answer_client& reply) {
                   if (reply.is_final)
                     broker_.ledger.let_go(service_, reply.id, std::nullopt, broker_.now);
                   broker_.post.tell(session_of(reply.id),
                                     [reply = std::move(reply)](sim_owner& session) mutable {
                                       session.on_answer(reply.id, reply.attempt, reply.is_final,
                                                         std::move(reply.body));
                                     });
                 },
                 [&](const engine::bury_job& dead) {
                   broker_.ledger.buried(service_, dead.what.id, dead.attempts);
                 },
                 [&](engine::return_job& back) { give_back(std::move(back.what)); },
                 [&](engine::return_pinned& back) {
                   broker_.ledger.handed_back(service_, back.what);
                   back.what.service = {};
                   broker_.post.tell(session_of(back.what.id),
                                     [what = std::move(back.what)](sim_owner& session) mutable {
                                       session.on_returned(std::move(what));
                                     });
                 },
                 [&](const engine::refuse_client& reply) {
                   broker_.ledger.let_go(service_, reply.id, reply.reason, broker_.now);
                   broker_.post.tell(session_of(reply.id), [reply](sim_owner& session) {
                     session.on_refused(reply.id, reply.reason);
                   });
                 },
               },
               action);
  });
  report_staff();
  if (!engine_.is_idle())
    idle_since_.reset();
  else if (!idle_since_)
    idle_since_ = broker_.now;
}

/// Nobody, if that session has ended and only some of its cancellations have arrived.
actor_ref<sim_owner> sim_queue::session_of(job_id id) const {
  const auto entry = sessions_.find(id.client);
  return entry == sessions_.end() ? actor_ref<sim_owner>{} : entry->second;
}

void sim_queue::report_staff() {
  const bool is_staffed = engine_.sinks() > 0;
  if (std::exchange(is_staffed_, is_staffed) != is_staffed)
    broker_.post.tell(broker_.registry, [service = service_, is_staffed](sim_registry& registry) {
      registry.on_staffed(service, is_staffed);
    });
}

void sim_queue::give_back(engine::job what) {
  broker_.ledger.given_back(service_, what);
  auto service = what.service.empty() ? service_ : std::string(what.service.text());
  what.service = {};
  const auto session = session_of(what.id);
  broker_.post.tell(broker_.registry, [service = std::move(service), what = std::move(what),
                                       session](sim_registry& registry) mutable {
    registry.submit(std::move(service), std::move(what), session);
  });
}

void sim_queue::watch_idleness() {
  if (!idle_since_ || broker_.now - *idle_since_ < broker_.config.service_linger)
    return;
  broker_.post.tell(broker_.registry,
                    [service = service_, received = received_](sim_registry& registry) {
                      registry.on_queue_idle(service, received);
                    });
  idle_since_ = broker_.now; // ask again later if the registry has something under way to us
}

} // namespace mdp::sim
