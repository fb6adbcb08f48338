#include "sim/sim_session.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/sim_gate.hpp"
#include "sim/sim_registry.hpp"
#include "sim/sim_router_peers.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace mdp::sim {

sim_session::sim_session(broker_parts& broker, peer_id id, const frame& routing_id)
    : broker_(broker),
      id_(id),
      link_(broker.config.clients, id, routing_id, broker.now, broker.budget),
      self_(broker.post.open(this)) {}

void sim_session::on_request(wire::client_request request, wire::protocol_version version,
                             time_point received_at) {
  link_.handle(std::move(request), version, received_at);
  carry_out();
}

void sim_session::on_peer_lost() {
  link_.handle_unreachable();
  carry_out();
}

void sim_session::on_released() {
  link_.released();
  carry_out();
}

void sim_session::on_answer(job_id id, attempt_number attempt, bool is_final, message body) {
  if (is_final && broker_.breaks(broken_rule::loses_answers) && broker_.chance.chance(0.05))
    return;
  if (broker_.breaks(broken_rule::mixes_attempts))
    attempt = 1;
  const auto open_before = link_.open_requests();
  if (is_final)
    link_.finish(id, std::move(body), broker_.now, attempt);
  else
    link_.partial(id, std::move(body), broker_.now, attempt);
  if (link_.open_requests() < open_before) {
    std::optional<engine::refusal> refused; // a reply that is too large for a 0.1 client
    link_.actions().drain([&](engine::client_link_action&& action) {
      if (const auto* news = std::get_if<engine::request_refused>(&action))
        refused = news->reason;
      if (const auto* reply = std::get_if<engine::send_to_client>(&action))
        send(*reply);
    });
    refused ? broker_.ledger.refused(id, *refused) : broker_.ledger.answered(id);
  }
  carry_out();
}

void sim_session::on_refused(job_id id, engine::refusal reason) {
  const auto open_before = link_.open_requests();
  link_.refuse(id, reason, broker_.now);
  if (link_.open_requests() < open_before)
    broker_.ledger.refused(id, reason);
  carry_out();
}

void sim_session::on_deadline() {
  link_.tick(broker_.now);
  carry_out();
}

void sim_session::stop() {
  link_.dismiss();
  carry_out();
}

/// Tells whoever takes requests: the gate, if there is one.
template <class Letter>
void sim_session::tell_desk(Letter letter) {
  if (broker_.gate)
    broker_.post.tell(broker_.gate, std::move(letter));
  else
    broker_.post.tell(broker_.registry, std::move(letter));
}

void sim_session::carry_out() {
  link_.actions().drain([this](engine::client_link_action&& action) {
    std::visit(
      overload{
        [&](const engine::send_to_client& reply) { send(reply); },
        [&](engine::submit_to_service& request) {
          broker_.ledger.accepted(request.what.id);
          tell_desk([from = owner(self_), r = std::move(request)](auto& desk) mutable {
            desk.submit(std::move(r.service), std::move(r.what), from);
          });
        },
        [&](engine::cancel_at_service& request) {
          if (broker_.breaks(broken_rule::forgets_to_cancel))
            return;
          broker_.ledger.cancelled(request.id);
          tell_desk([r = std::move(request)](auto& desk) { desk.cancel(r.service, r.id); });
        },
        [&](const engine::request_refused& news) {
          if (news.reason == engine::refusal::window_full ||
              news.reason == engine::refusal::client_memory_full) // the others: where they come
            broker_.ledger.refused_at_door(news.reason);
        },
        [&](const engine::ask_to_leave& request) {
          broker_.post.tell(broker_.io,
                            [id = id_, heard = request.heard](auto& io) { io.release(id, heard); });
        },
        [&](const engine::client_ended&) {
          broker_.ledger.session_ended(id_);
          broker_.post.tell(broker_.io, [id = id_](auto& io) { io.end(id, false); });
          broker_.post.close(self_);
        },
      },
      action);
  });
}

void sim_session::send(const engine::send_to_client& reply) {
  const bool is_final = std::holds_alternative<wire::client_final>(reply.command);
  auto to = id_;
  if (is_final && broker_.breaks(broken_rule::answers_somebody_else) && broker_.chance.chance(0.05))
    to = broker_.io.actor->another_client(id_);
  const bool twice =
    is_final && broker_.breaks(broken_rule::answers_twice) && broker_.chance.chance(0.05);
  for (int i = 0; i < (twice ? 2 : 1); ++i)
    broker_.post.tell(broker_.io, [to, frames = encode(reply.command, reply.version)](
                                    auto& io) mutable { io.send(to, std::move(frames)); });
}

} // namespace mdp::sim
