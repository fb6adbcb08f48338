#include "mdp/actors/broker/service_queue.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/service/answer_box.hpp"
#include "mdp/actors/service/begun_jobs.hpp"
#include "mdp/engine/dead_letter_office.hpp"
#include "mdp/overload.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace mdp::actors {

service_queue_state::service_queue_state(handle::pointer self,
                                         std::shared_ptr<const surroundings> around,
                                         std::shared_ptr<queue_store> store)
    : self_(self),
      around_(std::move(around)),
      store_(std::move(store)),
      counted_as_service_(around_->counters, &broker_counters::services),
      engine_(store_->engine),
      counted_(engine_.counters()) {}

service_queue_actor::behavior_type service_queue_state::make_behavior() {
  recover();
  return {
    // Usually past this table (`frequent`).
    [this](submit_job& request) { on(request); },
    [this](job_answered& news) { on(news); },
    [this](answers_ready& news) { on(news); },
    // The others.
    [this](stop) { end_normally(self_); },
    [this](submit_pinned_job& request) { handle_message([&] { on_pinned(request); }); },
    [this](const cancel_job& request) {
      handle_message([&] {
        ++store_->received;
        if (engine_.cancel(request.id))
          static_cast<void>(session_of(request.id, true));
      });
    },
    [this](register_sink& request) {
      handle_message([&] {
        ++store_->received;
        on_register(request);
      });
    },
    [this](const sink_lost& news) { handle_message([&] { on_sink_lost(news); }); },
    [this](const sink_loaded& news) {
      handle_message([&] { engine_.report_load(news.id, news.load); });
    },
    [this](const report_service& question) {
      tell(self_, question.report_to,
           service_reported{question.survey, report(question.with_workers)});
    },
    [this](const preview_job& question) {
      ++store_->received;
      auto choice = engine_.preview(question.what);
      if (choice)
        describe(*choice, now_of(self_));
      question.answer(std::move(choice));
    },
    [this](const yield_jobs&) { handle_message([&] { engine_.yield_waiting(); }); },
    [this](drain_queue& request) {
      handle_message([&] {
        store_->drain_to = std::move(request.report_to);
        engine_.stop();
      });
    },
    [this](deadline_due) {
      timer_.fired();
      handle_message([&] {
        engine_.tick(now_of(self_));
        std::erase_if(store_->sessions, [](const auto& entry) { return entry.second.open == 0; });
      });
      watch_idleness();
    },
  };
}

void service_queue_state::on(submit_job& request) {
  handle_message([&] {
    ++store_->received;
    open_session(request.what.id.client, std::move(request.session));
    engine_.submit(std::move(request.what), now_of(self_));
  });
}

void service_queue_state::on(job_answered& news) {
  credit_ = std::move(news.credit);
  handle_message([&] { take_answer(news, now_of(self_)); });
  credit_ = nullptr;
}

void service_queue_state::on(answers_ready& news) {
  handle_message([&] {
    news.box->take(answers_);
    const auto now = now_of(self_);
    for (auto& each : answers_)
      take_answer(each, now);
    answers_.clear();
  });
}

void service_queue_state::recover() {
  // A queue that was killed between two messages has lost nothing. One that failed of a message has
  // lost that one: an answer, perhaps, and its sink would seem busy for ever. So all sinks are told
  // to go, which for a worker means to come again, and what they held goes to others.
  if (std::exchange(store_->is_at_work, false))
    for (const auto& [id, sink] : std::unordered_map(store_->sinks)) {
      tell(self_, sink.actor, stop{});
      forget_sink(id, "queue_failed");
      engine_.remove_sink(id, now_of(self_));
    }
  carry_out();
}

void service_queue_state::open_session(peer_id client, job_owner_actor session) {
  auto& known = store_->sessions[client];
  known.actor = std::move(session);
  ++known.open;
}

void service_queue_state::take_answer(job_answered& news, time_point now) {
  if (news.is_final)
    engine_.finish(news.sink, news.id, news.attempt, std::move(news.body), now);
  else
    engine_.partial(news.sink, news.id, news.attempt, std::move(news.body));
}

void service_queue_state::on_pinned(submit_pinned_job& request) {
  ++store_->received;
  open_session(request.what.id.client, std::move(request.session));
  const auto known = store_->by_routing_id.find(request.worker);
  engine_.submit_to(known == store_->by_routing_id.end() ? sink_id{} : known->second,
                    std::move(request.what), now_of(self_));
}

void service_queue_state::on_register(register_sink& request) {
  const auto id = request.id;
  store_->sinks.emplace(
    id, queue_store::sink{request.sink, request.card, request.begun, now_of(self_)});
  notify_exit(request.sink, handle{self_}, [id](const exit_kind& how) {
    return sink_lost{id, {}, how.failed ? "failed" : ""};
  });
  if (request.card)
    store_->by_routing_id.insert_or_assign(request.card->routing_id(), id);
  for (const auto& each : around_->watchers)
    tell(self_, each, worker_joined{store_->service, id, request.capacity, request.card});
  tell(self_, request.sink, sink_accepted{handle{self_}, id});
  engine_.add_sink(id, request.capacity, now_of(self_), request.load);
}

void service_queue_state::on_sink_lost(const sink_lost& news) {
  auto undelivered = news.undelivered;
  if (const auto known = store_->sinks.find(news.id); known != store_->sinks.end()) {
    if (const auto begun = known->second.begun)
      for (const auto id : engine_.jobs_at(news.id))
        if (!begun->contains(id))
          undelivered.push_back(id);
    forget_sink(news.id, news.why);
  }
  engine_.remove_sink(news.id, now_of(self_), undelivered);
}

void service_queue_state::forget_sink(sink_id id, std::string_view why) {
  const auto known = store_->sinks.find(id);
  if (known == store_->sinks.end())
    return;
  // It may be back already under the same routing id, with another number.
  if (const auto card = known->second.card)
    if (const auto named = store_->by_routing_id.find(card->routing_id());
        named != store_->by_routing_id.end() && named->second == id)
      store_->by_routing_id.erase(named);
  store_->sinks.erase(known);
  for (const auto& each : around_->watchers)
    tell(self_, each, worker_departed{id, why});
}

engine::service_report service_queue_state::report(bool with_workers) const {
  const auto now = now_of(self_);
  auto result = engine_.report(now, with_workers);
  result.service = store_->service;
  for (auto& worker : result.details)
    describe(worker, now);
  return result;
}

void service_queue_state::describe(engine::worker_report& worker, time_point now) const {
  const auto& sink = store_->sinks.at(worker.sink);
  worker.connected = now - sink.since;
  if (!sink.card)
    return;
  worker.routing_id = sink.card->routing_id();
  worker.version = sink.card->version();
  worker.user = sink.card->user().text();
  worker.key = sink.card->key();
  worker.connected = now - sink.card->connected_at();
  worker.silent = std::max(now - sink.card->last_heard(), duration::zero());
}

void service_queue_state::carry_out() {
  engine_.actions().drain([this](engine::queue_action&& action) {
    std::visit(overload{
                 [&](engine::assign_to_sink& assign) {
                   // Gone if our predecessor failed before it could say so: the job is back then.
                   if (const auto sink = store_->sinks.find(assign.sink);
                       sink != store_->sinks.end())
                     tell(self_, sink->second.actor,
                          assign_job{assign.id, assign.attempt, std::move(assign.client_address),
                                     std::move(assign.body), std::move(assign.user)});
                 },
                 [&](engine::answer_client& reply) { answer(reply); },
                 [&](const engine::refuse_client& reply) { refuse(reply); },
                 [&](engine::bury_job& news) {
                   ++unlogged_deaths_;
                   auto service = asked_as(news.what);
                   tell(self_, around_->registry,
                        job_died{std::move(service), std::move(news.what), news.attempts});
                 },
                 [&](engine::return_job& back) { give_back(back); },
                 [&](engine::return_pinned& back) {
                   back.what.service = {}; // whoever sent it knows its name
                   if (const auto session = session_of(back.what.id, true))
                     tell(self_, session, job_returned{std::move(back.what)});
                 },
               },
               action);
  });
  count();
  report_staff();
  log_deaths();
  report_drained();
  auto deadline = engine_.next_deadline();
  if (engine_.is_idle())
    deadline = std::min(deadline, idle_since_.value_or(now_of(self_)) + around_->linger);
  else if (!store_->sessions.empty())
    deadline = std::min(deadline, now_of(self_) + around_->linger);
  timer_.arm(self_, handle{self_}, deadline);
}

void service_queue_state::answer(engine::answer_client& action) {
  if (const auto session = session_of(action.id, action.is_final))
    tell(self_, session,
         answer_arrived{action.id, action.attempt, action.is_final, std::move(action.body),
                        action.from, credit_});
}

void service_queue_state::refuse(const engine::refuse_client& action) {
  if (action.id.client == engine::broker_itself)
    around_->counters->dead_letters_lost.add(action.reason);
  if (const auto session = session_of(action.id, true))
    tell(self_, session, job_refused{action.id, action.reason});
}

void service_queue_state::give_back(engine::return_job& action) {
  auto session = session_of(action.what.id, true);
  auto service = asked_as(action.what);
  action.what.service = {};
  tell(self_, around_->registry,
       submit_job{std::move(service), std::move(action.what), std::move(session)});
}

std::string service_queue_state::asked_as(const engine::job& what) const {
  return what.service.empty() ? store_->service : std::string(what.service.text());
}

job_owner_actor service_queue_state::session_of(job_id id, bool is_over) {
  const auto entry = store_->sessions.find(id.client);
  if (entry == store_->sessions.end())
    return {};
  // A session without open jobs stays until the next look at the clock: most come back soon.
  if (is_over && entry->second.open > 0)
    --entry->second.open;
  return entry->second.actor;
}

void service_queue_state::count() {
  const auto& now = engine_.counters();
  auto& total = *around_->counters;
  // Most of it has not changed, and adding nothing to what threads share costs as much as adding one.
  const auto add = [](auto& sum, std::uint64_t more) {
    if (more > 0)
      sum.add(more);
  };
  add(total.accepted, now.accepted - counted_.accepted);
  add(total.answered, now.answered - counted_.answered);
  add(total.retried, now.retried - counted_.retried);
  add(total.cancelled, now.cancelled - counted_.cancelled);
  add(total.late_answers, now.late_answers - counted_.late_answers);
  add(total.unwanted_answers, now.unwanted_answers - counted_.unwanted_answers);
  counted_ = now;
}

void service_queue_state::log_deaths() {
  if (unlogged_deaths_ == 0 || now_of(self_) < next_log_)
    return;
  spdlog::warn("service {}: {} requests were given up, as every worker that tried them was lost",
               store_->service, std::exchange(unlogged_deaths_, 0));
  next_log_ = now_of(self_) + defaults::log_interval; // peers can cause this at will
}

void service_queue_state::watch_idleness() {
  if (!engine_.is_idle())
    return idle_since_.reset();
  const auto now = now_of(self_);
  if (!idle_since_)
    idle_since_ = now;
  if (now - *idle_since_ >= around_->linger) {
    tell(self_, around_->registry, queue_idle{store_->service, store_->received});
    idle_since_ = now; // ask again later if the registry has something under way to us
  }
}

void service_queue_state::report_staff() {
  const bool is_staffed = engine_.sinks() > 0;
  if (std::exchange(store_->is_staffed, is_staffed) != is_staffed)
    tell(self_, around_->registry, service_staffed{store_->service, is_staffed});
}

void service_queue_state::report_drained() {
  if (store_->drain_to && engine_.in_flight() == 0)
    tell(self_, std::exchange(store_->drain_to, nullptr), queue_drained{store_->service});
}

} // namespace mdp::actors
