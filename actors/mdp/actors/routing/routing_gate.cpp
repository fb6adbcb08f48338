#include "mdp/actors/routing/routing_gate.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/engine/mmi.hpp"
#include "mdp/engine/service_pattern.hpp"
#include "mdp/overload.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace mdp::actors {

routing_gate_actor::behavior_type routing_gate_state::make_behavior() {
  recover();
  return {
    [this](stop) {
      engine_.close(now_of(self_));
      carry_out();
      end_normally(self_);
    },
    [this](submit_job& request) { on_submit(request); },
    [this](submit_pinned_job& request) { tell(self_, around_->next, std::move(request)); },
    [this](const cancel_job& request) { on_cancel(request); },
    [this](drain_services& request) { on_drain(request); },
    [this](answer_arrived& news) {
      engine_.answered(news.id, news.attempt, news.is_final, std::move(news.body), news.from,
                       now_of(self_));
      carry_out(news.credit);
    },
    [this](const job_refused& news) {
      engine_.refused(news.id, news.reason, now_of(self_));
      carry_out();
    },
    [this](job_returned& news) {
      engine_.returned(std::move(news.what), now_of(self_));
      carry_out();
    },
    [this](router_seated& news) { on_seated(news); },
    [this](const router_unseated& news) {
      if (news.number == store_->router_number)
        store_->router = nullptr;
      engine_.router_left(news.number, now_of(self_));
      carry_out();
    },
    [this](request_decided& news) {
      engine_.decide(news.ticket, std::move(news.verdict), now_of(self_));
      carry_out();
    },
    [this](reply_decided& news) {
      engine_.decide_reply(news.ticket, std::move(news.verdict), now_of(self_));
      carry_out();
    },
    [this](const worker_joined& news) { on_joined(news); },
    [this](const worker_departed& news) { on_departed(news); },
    [this](queues_drained) {
      store_->queues_are_drained = true;
      carry_out();
    },
    [this](deadline_due) {
      timer_.fired();
      engine_.tick(now_of(self_));
      carry_out();
    },
  };
}

void routing_gate_state::recover() {
  // A request that our predecessor failed of is given up: nobody can know how far it got.
  if (const auto owner = std::exchange(store_->in_hand_of, {})) {
    if (engine_.cancel(store_->in_hand, now_of(self_)))
      static_cast<void>(session_of(store_->in_hand, true));
    tell(self_, owner, job_refused{store_->in_hand, engine::refusal::router_failed});
  }
  carry_out();
}

bool routing_gate_state::is_for_us(const std::string& service) const {
  if (engine::is_reserved_service(service))
    return false; // whatever a router does, the broker can be asked about itself
  return around_->services.empty() || std::ranges::any_of(around_->services, [&](const auto& each) {
           return engine::covers(each, service);
         });
}

void routing_gate_state::on_submit(submit_job& request) {
  if (!is_for_us(request.service))
    return tell(self_, around_->next, std::move(request));
  const auto id = request.what.id;
  if (!engine_.knows(id)) {
    auto& session = store_->sessions[id.client];
    session.actor = request.session;
    ++session.open;
  }
  store_->in_hand = id;
  store_->in_hand_of = std::move(request.session);
  engine_.submit(std::move(request.service), std::move(request.what), now_of(self_));
  carry_out();
  store_->in_hand_of = nullptr;
}

void routing_gate_state::on_cancel(const cancel_job& request) {
  if (!engine_.cancel(request.id, now_of(self_)))
    return tell(self_, around_->next, request);
  static_cast<void>(session_of(request.id, true));
  carry_out();
}

void routing_gate_state::on_seated(router_seated& news) {
  if (news.number <= store_->router_number)
    return;
  store_->router_number = news.number;
  store_->router = std::move(news.router);
  tell(self_, store_->router, router_accepted{verdict_taker_actor{handle{self_}}});
  for (const auto& [service, workers] : store_->staff)
    tell_router({routing_event::appeared{service}});
  for (const auto& [sink, worker] : store_->workers)
    tell_router({routing_event::joined{worker}});
  engine_.router_joined(news.number, now_of(self_));
  carry_out();
}

void routing_gate_state::on_drain(drain_services& request) {
  engine_.stop(now_of(self_));
  store_->drained = std::move(request.done);
  tell(self_, around_->next,
       drain_services{[gate = handle{self_}] { post(gate, queues_drained{}); }});
  carry_out();
}

void routing_gate_state::on_joined(const worker_joined& news) {
  routed_worker worker{news.service, news.card ? news.card->routing_id() : frame{}, news.capacity};
  if (++store_->staff[news.service] == 1)
    tell_router({routing_event::appeared{news.service}});
  tell_router({routing_event::joined{worker}});
  store_->workers.insert_or_assign(news.sink, std::move(worker));
}

void routing_gate_state::on_departed(const worker_departed& news) {
  const auto known = store_->workers.find(news.sink);
  if (known == store_->workers.end())
    return;
  auto worker = std::move(known->second);
  store_->workers.erase(known);
  const auto service = worker.service;
  if (news.why.empty())
    tell_router({routing_event::left{std::move(worker)}});
  else
    tell_router({routing_event::lost{std::move(worker), news.why}});
  if (const auto staff = store_->staff.find(service); --staff->second == 0) {
    store_->staff.erase(staff);
    tell_router({routing_event::emptied{service}});
  }
}

void routing_gate_state::tell_router(routing_event news) {
  if (store_->router)
    tell(self_, store_->router, std::move(news));
}

void routing_gate_state::carry_out(const loop_credit& credit) {
  engine_.actions().drain([&](engine::route_gate_action&& action) {
    std::visit(
      overload{
        [&](engine::ask_about_request& ask) {
          tell(self_, store_->router, route_request{std::move(ask.what)});
        },
        [&](engine::ask_about_reply& ask) {
          if (const auto worker = store_->workers.find(ask.from); worker != store_->workers.end())
            ask.what.worker = worker->second.routing_id;
          tell(self_, store_->router, route_reply{std::move(ask.what), credit});
        },
        [&](const engine::withdraw_question_of_route& gone) {
          if (store_->router)
            tell(self_, store_->router, route_withdrawn{gone.ticket});
        },
        [&](engine::forward_request& way) {
          tell(self_, around_->next,
               submit_job{std::move(way.service), std::move(way.what),
                          job_owner_actor{handle{self_}}});
        },
        [&](engine::forward_to_one& way) {
          tell(self_, around_->next,
               submit_pinned_job{std::move(way.service), std::move(way.what),
                                 job_owner_actor{handle{self_}}, std::move(way.routing_id)});
        },
        [&](engine::answer_routed& answer) {
          if (const auto session = session_of(answer.id, answer.is_final))
            tell(self_, session,
                 answer_arrived{answer.id, answer.attempt, answer.is_final, std::move(answer.body),
                                answer.from, credit});
        },
        [&](const engine::refuse_routed& news) {
          if (const auto session = session_of(news.id, true))
            tell(self_, session, job_refused{news.id, news.reason});
        },
        [&](engine::cancel_forwarded& request) {
          tell(self_, around_->next, cancel_job{std::move(request.service), request.id});
        },
        [&](engine::note_discarded& note) {
          around_->counters->discarded.add(std::move(note.reason));
        },
      },
      action);
  });
  count();
  report_drained();
  timer_.arm(self_, handle{self_}, engine_.next_deadline());
}

job_owner_actor routing_gate_state::session_of(job_id id, bool is_over) {
  const auto entry = store_->sessions.find(id.client);
  if (entry == store_->sessions.end())
    return {};
  auto session = entry->second.actor;
  if (is_over && --entry->second.open == 0)
    store_->sessions.erase(entry);
  return session;
}

void routing_gate_state::count() {
  auto& total = *around_->counters;
  const auto& now = engine_.counters();
  auto& counted = store_->counted;
  total.asked.add(now.asked - counted.asked);
  total.asked_again.add(now.asked_again - counted.asked_again);
  total.mistakes.add(now.mistakes - counted.mistakes);
  total.late_verdicts.add(now.late - counted.late);
  for (std::size_t i = 0; i < engine::route_outcome_count; ++i)
    total.outcomes.add(static_cast<engine::route_outcome>(i),
                       now.outcomes[i] - counted.outcomes[i]);
  counted = now;
  auto& shown = store_->shown;
  total.undecided.change(shown.undecided, engine_.undecided());
  total.held.change(shown.held, engine_.held());
  total.replies.change(shown.replies, engine_.replies());
  shown = {engine_.undecided(), engine_.held(), engine_.replies()};
}

void routing_gate_state::report_drained() {
  if (store_->drained && store_->queues_are_drained && engine_.replies() == 0)
    std::exchange(store_->drained, nullptr)();
}

} // namespace mdp::actors
