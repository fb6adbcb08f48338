#include "mdp/actors/broker/service_registry.hpp"

#include "mdp/actors/broker/mmi.hpp"
#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/pass_on.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <utility>

namespace mdp::actors {

service_registry_state::service_registry_state(handle::pointer self,
                                               std::shared_ptr<const surroundings> around,
                                               std::shared_ptr<store> kept)
    : self_(self), around_(std::move(around)), store_(std::move(kept)), catalog_(store_->catalog) {}

service_registry_actor::behavior_type service_registry_state::make_behavior() {
  if (!store_->mmi)
    open();
  return {
    // Usually past this table (`frequent`).
    [this](submit_job& request) { on(request); },
    // The others.
    [this](stop) {
      store_->drained = nullptr; // who waits for that need not wait any longer
      end_normally(self_);
    },
    [this](submit_pinned_job& request) { on_pinned(request); },
    [this](const cancel_job& request) {
      // Whoever has it: it may have been given back and routed anew.
      catalog_.for_each_candidate(request.service, [&](auto& known) {
        ++known.passed_on;
        tell(self_, known.handle, request);
      });
    },
    [this](drain_services& request) { on_drain(request); },
    [this](register_sink& request) {
      const auto found = catalog_.find(request.service, engine::name_use::offered);
      if (const auto queue = queue_at(found, request.service))
        tell(self_, queue, std::move(request));
      else
        refuse_registration(request);
    },
    [this](preview_job& question) {
      // A name that nobody knows is not learned from this.
      const auto found = catalog_.route(question.service);
      if (found.known == nullptr)
        return question.answer(std::nullopt);
      ++found.known->passed_on;
      tell(self_, found.known->handle, std::move(question));
    },
    [this](const queue_idle& news) { on_idle(news); },
    [this](queue_restarted& news) {
      if (const auto found = catalog_.find(news.service); found.known != nullptr)
        found.known->handle = std::move(news.queue);
    },
    [this](const service_staffed& news) {
      for (const auto* queue : catalog_.set_staffed(news.service, news.is_staffed))
        tell(self_, queue->handle, yield_jobs{});
    },
    [this](job_died& news) { on_death(news); },
    [this](const survey_services& question) { on_survey(question); },
    [this](const queue_drained&) {
      --store_->draining;
      finish_drain();
    },
  };
}

void service_registry_state::open() {
  const auto me = handle{self_};
  around_->counters->began(now_of(self_));
  store_->for_queues = std::make_shared<service_queue_state::surroundings>(
    service_queue_state::surroundings{me, around_->counters, around_->linger});
  const auto for_mmi = std::make_shared<const mmi_state::surroundings>(
    mmi_state::surroundings{me, around_->counters, around_->dead_letters, around_->tree});
  const auto mmi_store = std::make_shared<mmi_state::store>();
  store_->mmi = spawn_state<mmi_state>(*self_, for_mmi, mmi_store);
  child_spec spec;
  spec.name = mmi_state::name;
  spec.line = mmi_store->line;
  spec.start = [for_mmi, mmi_store](caf::local_actor& parent) {
    return stoppable_actor{spawn_state<mmi_state>(parent, for_mmi, mmi_store)};
  };
  tell(self_, around_->queues, adoption_of(stoppable_actor{store_->mmi}, std::move(spec)));
  routing_branch::desks desks{me, {}};
  if (around_->open_routing)
    desks = around_->open_routing(*self_, me);
  store_->for_queues->watchers = std::move(desks.gates);
  around_->serve(me, std::move(desks.front));
}

service_queue_actor service_registry_state::queue_at(const catalog::answer& found,
                                                     const std::string& service) {
  switch (found.verdict) {
  case engine::name_verdict::known:
    ++found.known->passed_on;
    return found.known->handle;
  case engine::name_verdict::unknown: {
    auto& added = catalog_.add(service, start_queue(service));
    ++added.passed_on;
    return added.handle;
  }
  case engine::name_verdict::internal:
  case engine::name_verdict::full:
    break;
  }
  return {};
}

service_queue_actor service_registry_state::start_queue(const std::string& service) {
  const auto* rule = around_->rules ? around_->rules->find(service) : nullptr;
  auto store = std::make_shared<queue_store>(
    service, rule != nullptr ? rule->queue : around_->queue, around_->budget);
  const auto queue = spawn_state<service_queue_state>(*self_, store_->for_queues, store);
  child_spec spec;
  spec.name = "queue " + service;
  spec.restart = restart_type::transient; // its normal end is agreed with us
  spec.line = store->line;
  spec.start = [store, around = store_->for_queues,
                registry = handle{self_}](caf::local_actor& parent) {
    const auto again = spawn_state<service_queue_state>(parent, around, store);
    post(registry, queue_restarted{store->service, again});
    return stoppable_actor{again};
  };
  tell(self_, around_->queues, adoption_of(stoppable_actor{queue}, std::move(spec)));
  return queue;
}

void service_registry_state::on(submit_job& request) {
  const auto refuse = [&](engine::refusal reason) {
    tell(self_, request.session, job_refused{request.what.id, reason});
  };
  if (engine::is_reserved_service(request.service))
    return pass_on(self_, store_->mmi, request); // 8-1
  if (store_->is_draining)
    return refuse(engine::refusal::stopping);
  const auto found = catalog_.route(request.service);
  if (!found.name.empty())
    request.what.service = frame(request.service); // the queue has another name
  if (const auto queue = queue_at(found, request.service))
    return pass_on(self_, queue, request);
  refuse(engine::refusal::too_many_services);
}

void service_registry_state::on_pinned(submit_pinned_job& request) {
  if (store_->is_draining)
    return tell(self_, request.session, job_refused{request.what.id, engine::refusal::stopping});
  const auto found = catalog_.route(request.service);
  if (found.known == nullptr) // where there is no queue there is no worker
    return tell(self_, request.session, job_returned{std::move(request.what)});
  ++found.known->passed_on;
  tell(self_, found.known->handle, std::move(request));
}

void service_registry_state::refuse_registration(const register_sink& request) {
  around_->counters->registrations_refused.add(); // T8: no room for another service
  tell(self_, request.sink, stop{});
}

void service_registry_state::on_idle(const queue_idle& news) {
  const auto found = catalog_.find(news.service);
  if (found.known == nullptr)
    return;
  const auto queue = found.known->handle;
  if (catalog_.remove_if_settled(news.service, news.received))
    tell(self_, queue, stop{});
}

void service_registry_state::on_death(job_died& news) {
  auto& counters = *around_->counters;
  const auto& to = store_->dead_office.service();
  const auto found = catalog_.find(to, engine::name_use::offered);
  auto decision = store_->dead_office.judge(news.service, news.what, found.verdict, now_of(self_));
  if (decision.is_letter) {
    counters.dead_letters.add();
    tell(self_, store_->mmi, std::move(news));
  }
  if (decision.lost)
    counters.dead_letters_lost.add(*decision.lost);
  if (!decision.again)
    return;
  counters.dead_letters_redirected.add();
  tell(self_, queue_at(found, to), submit_job{to, *std::move(decision.again), {}});
}

void service_registry_state::on_survey(const survey_services& question) {
  const auto ask = [&](const service_queue_actor& queue) {
    tell(self_, queue, report_service{question.survey, question.with_workers, question.report_to});
  };
  if (!question.only) {
    tell(self_, question.report_to, survey_begun{question.survey, catalog_.size()});
    catalog_.for_each([&](const std::string&, const auto& known) { ask(known.handle); });
    return;
  }
  const auto found = catalog_.route(*question.only); // a pattern's workers count as well
  tell(self_, question.report_to,
       survey_begun{question.survey, found.known != nullptr ? std::size_t{1} : 0});
  if (found.known != nullptr)
    ask(found.known->handle);
}

void service_registry_state::on_drain(drain_services& request) {
  store_->is_draining = true;
  store_->dead_office.stop();
  store_->drained = std::move(request.done);
  store_->draining = catalog_.size();
  catalog_.for_each([&](const std::string&, const auto& known) {
    tell(self_, known.handle, drain_queue{handle{self_}});
  });
  finish_drain();
}

void service_registry_state::finish_drain() {
  if (store_->is_draining && store_->draining == 0 && store_->drained)
    std::exchange(store_->drained, nullptr)();
}

} // namespace mdp::actors
