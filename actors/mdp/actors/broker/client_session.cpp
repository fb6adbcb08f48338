#include "mdp/actors/broker/client_session.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"

#include <utility>

namespace mdp::actors {

client_session_state::client_session_state(handle::pointer self,
                                           std::shared_ptr<const surroundings> around,
                                           std::shared_ptr<store> kept)
    : self_(self),
      around_(std::move(around)),
      counted_(around_->counters, &broker_counters::sessions),
      store_(std::move(kept)),
      link_(store_->link) {}

client_session_actor::behavior_type client_session_state::make_behavior() {
  recover();
  return {
    // Usually past this table (`frequent`).
    [this](request_arrived& news) { on(news); },
    [this](answer_arrived& news) { on(news); },
    // The others.
    [this](stop) {
      link_.dismiss();
      carry_out();
    },
    [this](peer_lost) {
      link_.handle_unreachable();
      carry_out();
    },
    [this](peer_released) {
      link_.released();
      carry_out();
    },
    [this](const job_refused& news) {
      link_.refuse(news.id, news.reason, now_of(self_));
      carry_out();
    },
    [this](const job_returned& news) {
      link_.refuse(news.what.id, engine::refusal::worker_gone, now_of(self_));
      carry_out();
    },
    [this](deadline_due) {
      timer_.fired();
      link_.tick(now_of(self_));
      carry_out();
    },
  };
}

void client_session_state::on(request_arrived& news) {
  link_.handle(std::move(news.request), news.version, news.received_at);
  carry_out();
}

void client_session_state::on(answer_arrived& news) {
  store_->answer_in_hand = news.id;
  if (news.is_final)
    link_.finish(news.id, std::move(news.body), now_of(self_), news.attempt);
  else
    link_.partial(news.id, std::move(news.body), now_of(self_), news.attempt);
  carry_out();
  store_->answer_in_hand.reset();
}

void client_session_state::recover() {
  // What is in hand may be what our predecessor failed of: nobody waits for that answer any more.
  if (const auto id = std::exchange(store_->answer_in_hand, std::nullopt))
    link_.refuse(*id, engine::refusal::attempts_used_up, now_of(self_));
  carry_out();
}

void client_session_state::carry_out() {
  link_.actions().drain([this](engine::client_link_action&& action) {
    std::visit(
      overload{
        [&](engine::send_to_client& reply) {
          if (!store_->outlet->send(encode(std::move(reply.command), reply.version)))
            tell(self_, handle{self_}, peer_lost{});
        },
        [&](engine::submit_to_service& request) {
          tell(self_, around_->desk,
               submit_job{std::move(request.service), std::move(request.what),
                          job_owner_actor{handle{self_}}});
        },
        [&](engine::cancel_at_service& request) {
          tell(self_, around_->desk, cancel_job{std::move(request.service), request.id});
        },
        [&](const engine::request_refused& news) { around_->counters->refused.add(news.reason); },
        [&](const engine::ask_to_leave& request) {
          tell(self_, around_->io, release_peer{store_->id, request.heard});
        },
        [&](const engine::client_ended& end) {
          around_->counters->ended_clients.add(end.reason);
          tell(self_, around_->io, peer_ended{store_->id, false, end.heard, false});
          end_normally(self_);
        },
      },
      action);
  });
  const auto superfluous = link_.superfluous_answers();
  if (const auto known = std::exchange(store_->superfluous_counted, superfluous);
      known != superfluous)
    around_->counters->superfluous_answers.add(superfluous - known);
  timer_.arm(self_, handle{self_}, link_.next_deadline());
}

} // namespace mdp::actors
