#include "sim/sim_gate.hpp"

#include "mdp/engine/mmi.hpp"
#include "mdp/overload.hpp"
#include "sim/sim_registry.hpp"

#include <utility>
#include <variant>

namespace mdp::sim {

sim_gate::sim_gate(broker_parts& broker)
    : broker_(broker),
      engine_(broker.config.routing->gate, broker.budget),
      router_(broker),
      self_(broker.post.open(this)) {}

void sim_gate::submit(std::string service, engine::job what, const actor_ref<sim_owner>& session) {
  if (engine::is_reserved_service(service))
    return broker_.post.tell(broker_.registry,
                             [service = std::move(service), what = std::move(what),
                              session](sim_registry& registry) mutable {
                               registry.submit(std::move(service), std::move(what), session);
                             });
  sessions_[what.id.client] = session;
  engine_.submit(std::move(service), std::move(what), broker_.now);
  carry_out();
}

void sim_gate::cancel(const std::string& service, job_id id) {
  if (!engine_.cancel(id, broker_.now))
    broker_.post.tell(broker_.registry,
                      [service, id](sim_registry& registry) { registry.cancel(service, id); });
  carry_out();
}

void sim_gate::on_answer(job_id id, attempt_number attempt, bool is_final, message body) {
  engine_.answered(id, attempt, is_final, std::move(body), {}, broker_.now);
  carry_out();
}

void sim_gate::on_refused(job_id id, engine::refusal reason) {
  engine_.refused(id, reason, broker_.now);
  carry_out();
}

void sim_gate::on_returned(engine::job what) {
  engine_.returned(std::move(what), broker_.now);
  carry_out();
}

void sim_gate::on_router_joined(std::uint64_t number) {
  router_number_ = number;
  engine_.router_joined(number, broker_.now);
  carry_out();
}

void sim_gate::on_router_left(std::uint64_t number) {
  engine_.router_left(number, broker_.now);
  carry_out();
}

void sim_gate::on_decided(engine::route_ticket ticket, engine::request_verdict verdict) {
  if (broker_.breaks(broken_rule::loses_verdicts) && broker_.chance.chance(0.05))
    return;
  engine_.decide(ticket, std::move(verdict), broker_.now);
  carry_out();
}

void sim_gate::on_reply_decided(engine::route_ticket ticket, engine::reply_verdict verdict) {
  engine_.decide_reply(ticket, std::move(verdict), broker_.now);
  carry_out();
}

void sim_gate::on_drain() {
  engine_.stop(broker_.now);
  carry_out();
}

void sim_gate::on_deadline() {
  engine_.tick(broker_.now);
  carry_out();
}

void sim_gate::carry_out() {
  engine_.actions().drain([this](engine::route_gate_action&& action) {
    std::visit(
      overload{
        [&](engine::ask_about_request& ask) {
          broker_.post.tell(router_.self(), [n = router_number_, what = std::move(ask.what)](
                                              sim_router& router) { router.on_request(n, what); });
        },
        [&](engine::ask_about_reply& ask) {
          broker_.post.tell(router_.self(), [n = router_number_, what = std::move(ask.what)](
                                              sim_router& router) { router.on_reply(n, what); });
        },
        [&](const engine::withdraw_question_of_route& gone) {
          broker_.post.tell(router_.self(), [n = router_number_, gone](sim_router& router) {
            router.on_withdrawn(n, gone.ticket);
          });
        },
        [&](engine::forward_request& way) {
          broker_.post.tell(broker_.registry, [way = std::move(way),
                                               me = owner(self_)](sim_registry& registry) mutable {
            registry.submit(std::move(way.service), std::move(way.what), me);
          });
        },
        [&](engine::forward_to_one& way) {
          broker_.post.tell(broker_.registry, [way = std::move(way),
                                               me = owner(self_)](sim_registry& registry) mutable {
            registry.submit_to_one(way.service, std::move(way.what), me, way.routing_id);
          });
        },
        [&](engine::answer_routed& answer) {
          broker_.post.tell(sessions_.at(answer.id.client), [answer = std::move(answer)](
                                                              sim_owner& session) mutable {
            session.on_answer(answer.id, answer.attempt, answer.is_final, std::move(answer.body));
          });
        },
        [&](const engine::refuse_routed& news) {
          broker_.post.tell(sessions_.at(news.id.client), [news](sim_owner& session) {
            session.on_refused(news.id, news.reason);
          });
        },
        [&](const engine::cancel_forwarded& request) {
          broker_.post.tell(broker_.registry, [request](sim_registry& registry) {
            registry.cancel(request.service, request.id);
          });
        },
        [](const engine::note_discarded&) {},
      },
      action);
  });
  count();
}

void sim_gate::count() {
  const auto& now = engine_.counters();
  auto& total = broker_.counters.routing;
  total.asked += now.asked - counted_.asked;
  total.asked_again += now.asked_again - counted_.asked_again;
  total.mistakes += now.mistakes - counted_.mistakes;
  total.late += now.late - counted_.late;
  for (std::size_t i = 0; i < now.outcomes.size(); ++i)
    total.outcomes[i] += now.outcomes[i] - counted_.outcomes[i];
  counted_ = now;
}

} // namespace mdp::sim
