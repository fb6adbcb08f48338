#include "mdp/actors/peer/client_peer.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/assert.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace mdp::actors {

client_peer_state::client_peer_state(handle::pointer self,
                                     std::shared_ptr<const surroundings> around)
    : self_(self), around_(std::move(around)) {}

client_peer_actor::behavior_type client_peer_state::make_behavior() {
  return {
    [this](stop) {
      if (engine_) {
        engine_->cancel();
        carry_out();
      }
      if (socket_)
        tell(self_, around_->io, close_owned_socket{*socket_, {}});
      end_normally(self_);
    },
    [this](start_request& request) { on_start(request); },
    [this](cancel_request) {
      if (engine_)
        engine_->cancel();
      carry_out();
    },
    [this](const socket_opened& news) {
      is_connecting_ = false;
      if (std::exchange(is_abandoned_, false)) {
        tell(self_, around_->io, close_owned_socket{news.socket, {}});
        return connect();
      }
      socket_ = news.socket;
      if (unsent_)
        tell(self_, around_->io, send_on_socket{news.socket, *std::exchange(unsent_, {})});
    },
    [this](const socket_failed& news) {
      // The timer of the try decides; a wrong endpoint was refused before we came to life.
      is_connecting_ = false;
      spdlog::debug("no connection to the broker: {}", news.error.message());
    },
    [this](broker_told_client& news) {
      if (engine_ && socket_ == news.socket) {
        engine_->handle(std::move(news.command), news.received_at);
        carry_out();
      }
    },
    [this](invalid_arrived) {
      if (engine_)
        engine_->handle_invalid();
    },
    [this](deadline_due) {
      timer_.fired();
      if (engine_) {
        engine_->tick(now_of(self_));
        carry_out();
      }
    },
  };
}

void client_peer_state::on_start(start_request& request) {
  MDP_ASSERT(!engine_ || engine_->is_idle());
  engine_.emplace(request.how);
  observer_ = std::move(request.observer);
  engine_->start(std::move(request.what), now_of(self_));
  carry_out();
}

void client_peer_state::carry_out() {
  if (!engine_)
    return;
  engine_->actions().drain([this](engine::client_engine::action&& action) {
    std::visit(
      overload{
        [&](engine::client_engine::send& out) { send(std::move(out.command)); },
        [&](engine::client_engine::reconnect) { reconnect(); },
        [&](engine::client_engine::partial& news) {
          if (observer_.part)
            observer_.part(std::move(news.body));
        },
        [&](engine::client_engine::restarted) {
          if (observer_.restarted)
            observer_.restarted();
        },
        [&](engine::client_engine::finished& news) { observer_.ended(std::move(news.body)); },
        [&](const engine::client_engine::failed& news) {
          observer_.ended(tl::unexpected(news.reason));
        },
      },
      action);
  });
  timer_.arm(self_, handle{self_}, engine_->next_deadline());
}

void client_peer_state::send(wire::client_request request) {
  auto frames = encode(std::move(request), around_->version);
  if (socket_)
    return tell(self_, around_->io, send_on_socket{*socket_, std::move(frames)});
  unsent_ = std::move(frames);
  connect();
}

void client_peer_state::connect() {
  if (is_connecting_)
    return;
  is_connecting_ = true;
  const auto& broker = around_->brokers[next_broker_++ % around_->brokers.size()];
  tell(self_, around_->io, open_socket{broker, around_->version, {}, handle{self_}});
}

void client_peer_state::reconnect() {
  unsent_.reset();
  if (is_connecting_)
    is_abandoned_ = true;
  if (socket_)
    tell(self_, around_->io, close_owned_socket{*std::exchange(socket_, {}), {}});
}

} // namespace mdp::actors
