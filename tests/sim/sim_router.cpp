#include "sim/sim_router.hpp"

#include "sim/pieces.hpp"
#include "sim/sim_connection.hpp"
#include "sim/sim_gate.hpp"
#include "sim/sim_router_peers.hpp"

#include <algorithm>
#include <utility>

namespace mdp::sim {

using namespace std::chrono_literals;

void sim_router::on_request(std::uint64_t number, engine::routed_request request) {
  if (!is_up_ || number != number_ || fails(request.ticket))
    return;
  if (!broker_.is_calm && chance_.chance(0.1)) {
    held_.push_back({request.ticket, false});
    next_ = std::min(next_, broker_.now + chance_.between(1ms, 2s));
    return decide(request.ticket, engine::hold{});
  }
  decide(request.ticket, verdict_about(request));
}

void sim_router::on_reply(std::uint64_t number, engine::routed_reply reply) {
  if (!is_up_ || number != number_ || fails(reply.ticket))
    return;
  if (!broker_.is_calm && chance_.chance(0.1)) {
    held_.push_back({reply.ticket, true});
    next_ = std::min(next_, broker_.now + chance_.between(1ms, 500ms));
    return decide_reply(reply.ticket, engine::hold{});
  }
  if (!broker_.is_calm && reply.is_final && chance_.chance(0.03))
    return decide_reply(reply.ticket, engine::discard{"a reply"});
  decide_reply(reply.ticket, engine::forward_on{});
}

void sim_router::on_withdrawn(std::uint64_t number, engine::route_ticket ticket) {
  if (number == number_)
    std::erase_if(held_, [&](const auto& each) { return each.ticket == ticket; });
}

void sim_router::on_deadline() {
  next_ = never;
  if (is_up_)
    return decide_held();
  is_up_ = true;
  broker_.post.tell(broker_.gate,
                    [number = ++number_](sim_gate& gate) { gate.on_router_joined(number); });
}

engine::request_verdict sim_router::verdict_about(const engine::routed_request& request) {
  if (broker_.is_calm)
    return engine::forward_on{};
  if (request.problem != engine::route_problem::none && chance_.chance(0.5)) // a stubborn one
    return engine::give_to_worker{frame("nobody"), {}};
  switch (chance_.below(20)) {
  case 0:
  case 1:
    return any_worker();
  case 2:
    return engine::forward_to{chance_.any_of(broker_.config.routing->services)};
  case 3:
    return engine::forward_to{"mmi.nowhere"};
  case 4:
    return engine::discard{"a request"};
  case 5:
    return engine::reply_with{last_of_reply(request.body[0], "the router", 0)};
  default:
    return engine::forward_on{};
  }
}

engine::give_to_worker sim_router::any_worker() {
  const auto& workers = broker_.io.actor->connections();
  if (workers.empty() || chance_.chance(0.2))
    return {frame("nobody"), {}};
  const auto& worker = *chance_.any_of(workers);
  return {worker.routing_id(), worker.service()};
}

bool sim_router::fails(engine::route_ticket ticket) {
  if (broker_.is_calm || !chance_.chance(broker_.config.routing->failures))
    return false;
  is_up_ = false;
  held_.clear();
  next_ = broker_.now + chance_.between(1ms, 500ms);
  broker_.post.tell(broker_.gate,
                    [number = number_](sim_gate& gate) { gate.on_router_left(number); });
  if (chance_.chance(0.3)) // its last words, which nobody must believe
    decide(ticket, engine::discard{"last words"});
  return true;
}

void sim_router::decide(engine::route_ticket ticket, engine::request_verdict verdict) {
  broker_.post.tell(broker_.gate, [ticket, verdict = std::move(verdict)](sim_gate& gate) mutable {
    gate.on_decided(ticket, std::move(verdict));
  });
}

void sim_router::decide_reply(engine::route_ticket ticket, engine::reply_verdict verdict) {
  broker_.post.tell(broker_.gate, [ticket, verdict = std::move(verdict)](sim_gate& gate) mutable {
    gate.on_reply_decided(ticket, std::move(verdict));
  });
}

void sim_router::decide_held() {
  for (const auto& each : std::exchange(held_, {})) {
    if (each.is_reply)
      decide_reply(each.ticket, engine::forward_on{});
    else
      decide(each.ticket, engine::forward_on{});
  }
}

} // namespace mdp::sim
