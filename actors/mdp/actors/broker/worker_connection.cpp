#include "mdp/actors/broker/worker_connection.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

namespace mdp::actors {

worker_connection_state::worker_connection_state(handle::pointer self,
                                                 std::shared_ptr<const surroundings> around,
                                                 const new_peer& who,
                                                 std::shared_ptr<const engine::user_access> access)
    : self_(self),
      around_(std::move(around)),
      id_(who.id),
      counted_(around_->counters, &broker_counters::connections),
      card_(std::make_shared<worker_card>(who.routing_id, who.version, who.since, who.user)),
      link_(around_->config, who.since, std::move(access)),
      outlet_(who.outlet) {}

worker_connection_actor::behavior_type worker_connection_state::make_behavior() {
  return {
    // Usually past this table (`frequent`).
    [this](assign_job& job) { on(job); },
    [this](command_arrived& news) { on(news); },
    // The others.
    [this](stop) {
      link_.dismiss();
      carry_out();
    },
    [this](sink_accepted& news) { queue_ = std::move(news.queue); },
    [this](invalid_arrived) {
      link_.handle_invalid();
      carry_out();
    },
    [this](probe_worker) {
      link_.probe(now_of(self_));
      carry_out();
    },
    [this](const peer_lost& news) {
      link_.handle_unreachable(news.first_undelivered);
      carry_out();
    },
    [this](deadline_due) {
      timer_.fired();
      link_.tick(now_of(self_));
      carry_out();
    },
  };
}

void worker_connection_state::on(assign_job& job) {
  link_.assign({job.id, job.attempt}, job.client_address, std::move(job.body), now_of(self_),
               job.user);
  carry_out();
}

void worker_connection_state::on(command_arrived& news) {
  card_->heard(news.received_at);
  link_.handle(std::move(news.command), news.received_at);
  carry_out(news.credit);
}

void worker_connection_state::carry_out(const loop_credit& credit) {
  link_.actions().drain([&](engine::worker_link_action&& action) {
    std::visit(overload{
                 [&](engine::send_to_worker& out) {
                   if (!outlet_->send(encode(std::move(out.command), card_->version()), out.number))
                     tell(self_, handle{self_}, peer_lost{out.number});
                 },
                 [&](engine::offer_service& offer) {
                   spdlog::debug("worker {} offers {} (MDP {}, capacity {})", id_.value,
                                 offer.service, to_string(card_->version()), offer.capacity);
                   if (!card_->user().empty() &&
                       (around_->are_users_listed || around_->audit->take(now_of(self_))))
                     spdlog::info("audit worker-registered peer={} user={} service={}", id_.value,
                                  card_->user().text(), offer.service);
                   card_->announce(std::move(offer.key));
                   tell(self_, around_->registry,
                        register_sink{std::move(offer.service), sink_id{id_.value}, offer.capacity,
                                      job_sink_actor{handle{self_}}, card_, nullptr, offer.load});
                 },
                 [&](const engine::worker_load& news) {
                   tell(self_, queue_, sink_loaded{sink_id{id_.value}, news.load});
                 },
                 [&](const engine::registration_refused& news) {
                   if (around_->audit->take(now_of(self_)))
                     spdlog::warn(
                       "audit worker-refused peer={} user={} service={} reason=not-allowed",
                       id_.value, card_->user().text(), news.service);
                 },
                 [&](engine::worker_answer& answer) {
                   tell(self_, queue_,
                        job_answered{sink_id{id_.value}, answer.id, answer.attempt, answer.is_final,
                                     std::move(answer.body), credit});
                 },
                 [&](engine::worker_ended& end) { on_ended(end); },
               },
               action);
  });
  timer_.arm(self_, handle{self_}, link_.next_deadline());
}

void worker_connection_state::on_ended(engine::worker_ended& end) {
  around_->counters->ended_workers.add(end.reason);
  spdlog::debug("worker {} is gone: {}", id_.value, to_string(end.reason));
  const bool by_itself =
    end.reason == engine::worker_end::left || end.reason == engine::worker_end::dismissed;
  if (queue_) // it hears of our end in any case, but not of what never left
    tell(self_, queue_,
         sink_lost{sink_id{id_.value}, std::move(end.undelivered),
                   by_itself ? std::string_view() : to_string(end.reason)});
  tell(self_, around_->io, peer_ended{id_, engine::was_told(end.reason), end.heard, false});
  end_normally(self_);
}

} // namespace mdp::actors
