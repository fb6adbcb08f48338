#include "mdp/actors/peer/worker_peer.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/service/answer_box.hpp"
#include "mdp/assert.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace mdp::actors {

namespace {

// A request of the conversation, as the sink knows it.
job_id job_of(engine::request_number number) noexcept {
  return {peer_id{number.conversation}, number.sequence};
}

engine::request_number number_of(job_id id) noexcept {
  return {id.client.value, id.sequence};
}

} // namespace

worker_peer_state::worker_peer_state(handle::pointer self,
                                     std::shared_ptr<const surroundings> around, std::string broker,
                                     std::uint64_t conversation)
    : self_(self),
      around_(std::move(around)),
      broker_(std::move(broker)),
      engine_(around_->config, conversation) {
  MDP_ASSERT(around_->sink); // or requests would be taken and never answered
}

worker_peer_state::~worker_peer_state() {
  *is_over_ = true;
}

worker_peer_actor::behavior_type worker_peer_state::make_behavior() {
  tell(self_, around_->sink, sink_accepted{handle{self_}, sink_id{}, is_over_});
  tell(self_, around_->io, open_socket{broker_, around_->config.version, handle{self_}});
  return {
    [this](stop) {
      abandon_at_ = now_of(self_) + around_->drain_grace;
      engine_.drain(now_of(self_));
      carry_out();
    },
    [this](const sink_lost&) {
      engine_.abandon(now_of(self_)); // the broker gives what it held to others
      carry_out();
    },
    [](const sink_loaded&) {}, // the load of all that is here is what the broker hears
    [this](job_answered& news) {
      on_answer(news);
      carry_out();
    },
    [this](const answers_ready& news) {
      news.box->take(answers_);
      for (auto& each : answers_)
        on_answer(each);
      answers_.clear();
      carry_out();
    },
    [this](const socket_opened& news) {
      socket_ = news.socket;
      if (engine_.current_state() != engine::worker_engine::state::fresh)
        return;
      look_at_load();
      engine_.start(now_of(self_));
      carry_out();
    },
    [this](const socket_failed& news) {
      spdlog::warn("no connection to {}: {}", broker_, news.error.message());
      around_->counters->lost_requests.add(engine_.in_flight());
      if (socket_) // it was there, and has failed
        tell(self_, around_->io, close_owned_socket{*socket_, {}, heard_});
      end_failed(self_);
    },
    [this](const connection_refused& news) { on_refused(news); },
    [this](broker_told_worker& news) {
      ++heard_;
      engine_.handle(std::move(news.command), news.received_at);
      carry_out();
    },
    [this](invalid_arrived) {
      ++heard_;
      engine_.handle_invalid(now_of(self_));
      carry_out();
    },
    [this](deadline_due) {
      timer_.fired();
      if (now_of(self_) >= abandon_at_)
        engine_.abandon(now_of(self_));
      else {
        look_at_load();
        engine_.tick(now_of(self_));
      }
      carry_out();
    },
  };
}

void worker_peer_state::on_answer(job_answered& news) {
  if (news.is_final)
    engine_.finish(number_of(news.id), std::move(news.body), now_of(self_));
  else
    engine_.partial(number_of(news.id), std::move(news.body), now_of(self_));
}

void worker_peer_state::look_at_load() {
  if (around_->config.says_load)
    engine_.set_load(around_->load());
}

void worker_peer_state::carry_out() {
  engine_.actions().drain([this](engine::worker_engine::action&& action) {
    std::visit(
      overload{
        [&](engine::worker_engine::send& out) {
          tell(self_, around_->io,
               send_on_socket{*socket_, encode(std::move(out.command), around_->config.version)});
        },
        [&](engine::worker_engine::work& request) {
          tell(self_, around_->sink,
               assign_job{
                 job_of(request.number), 1, {}, std::move(request.body), std::move(request.user)});
        },
        [&](const engine::worker_engine::ended& end) { on_ended(end.reason); },
      },
      action);
  });
  around_->counters->add(std::exchange(counted_, engine_.counters()), engine_.counters());
  timer_.arm(self_, handle{self_}, std::min(engine_.next_deadline(), abandon_at_));
}

/// Where libzmq tries again, the broker's silence ends the conversation in its time; otherwise a new
/// socket tries, after a pause: who may come in can be changed at any time.
void worker_peer_state::on_refused(const connection_refused& news) {
  if (!std::exchange(is_refused_, true) && abandon_at_ == never)
    spdlog::warn("no connection to {}: {}", broker_, news.why);
  if (!news.is_final)
    return;
  *is_over_ = true;
  around_->counters->lost_requests.add(engine_.in_flight());
  if (socket_)
    tell(self_, around_->io, close_owned_socket{*socket_, {}, heard_});
  end_normally(self_);
}

void worker_peer_state::on_ended(engine::conversation_end reason) {
  *is_over_ = true;
  if (socket_)
    tell(self_, around_->io, close_owned_socket{*socket_, around_->flush_grace, heard_});
  if (abandon_at_ == never)
    spdlog::info("the conversation with {} is over ({}), connecting again", broker_,
                 to_string(reason));
  end_normally(self_);
}

} // namespace mdp::actors
