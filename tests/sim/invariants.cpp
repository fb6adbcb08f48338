#include "sim/invariants.hpp"

#include "mdp/engine/service_pattern.hpp"
#include "sim/sim_mmi.hpp"

#include <utility>

namespace mdp::sim {

void invariants::after_step(const sim_broker& broker, const all_workers& workers, time_point now) {
  for (const auto& worker : workers)
    findings_.require(worker->keeps_beating(now), [&] {
      return "worker " + std::to_string(worker->host()) + " has forgotten to beat (7-38)";
    });
  if (!broker.is_up() || broker.is_frozen(now))
    return;
  check_queues(broker.registry(), broker.io());
  check_routes(broker.registry());
  check_workers(broker.io(), broker.local(now));
  check_sessions(broker.io());
  check_bounds(broker.registry(), broker.io());
  check_gate(broker.gate());
  check_budget(broker.budget(), broker.gate());
}

void invariants::check_gate(const sim_gate* gate) {
  if (gate == nullptr)
    return;
  const auto& engine = gate->engine();
  findings_.require(!engine.is_stuck(), [] { return "a request waits beside an idle router"; });
  findings_.require(engine.undecided() <= config_.routing->gate.max_requests &&
                      engine.footprint() <= config_.routing->gate.max_bytes,
                    [] { return "a gate is over its bounds"; });
  // A session may have given up a request by itself, so what is open there is no measure.
  findings_.require(engine.forwarded() <= ledger_.in_queues() + engine.replies(), [&] {
    return "a gate waits for the replies to " + std::to_string(engine.forwarded()) +
           " requests, and only " + std::to_string(ledger_.in_queues()) + " are in queues";
  });
}

/// Whoever waits where no worker is must not be served anywhere else.
void invariants::check_routes(const sim_registry& registry) {
  for (const auto& queue : registry.queues()) {
    if (queue->engine().waiting() == 0 || queue->engine().sinks() > 0 || registry.is_draining())
      continue;
    for (const auto& other : registry.queues())
      findings_.require(
        other->engine().sinks() == 0 || !engine::fits(other->service(), queue->service()), [&] {
          return "a request waits for nobody in queue " + queue->service() +
                 " beside the workers of " + other->service();
        });
    findings_.require(!engine::is_pattern(queue->service()),
                      [&] { return "a request waits for nobody in queue " + queue->service(); });
  }
}

/// All mailboxes are empty now, so what a queue believes of its workers must be what is so.
void invariants::check_queues(const sim_registry& registry, const sim_router_peers& io) {
  for (const auto& queue : registry.queues()) {
    ledger_.compare(queue->service(), queue->engine());
    std::size_t workers = 0;
    std::size_t in_flight = 0;
    for (const auto& worker : io.connections())
      if (worker->link().is_ready() && worker->service() == queue->service()) {
        ++workers;
        in_flight += worker->link().in_flight();
      }
    findings_.require(queue->engine().sinks() == workers, [&] {
      return "queue " + queue->service() + " counts " + std::to_string(queue->engine().sinks()) +
             " workers, there are " + std::to_string(workers) + " (8-3)";
    });
    findings_.require(queue->engine().in_flight() == in_flight, [&] {
      return "queue " + queue->service() + " believes that " +
             std::to_string(queue->engine().in_flight()) + " requests are with workers, who hold " +
             std::to_string(in_flight);
    });
  }
}

void invariants::check_workers(const sim_router_peers& io, time_point broker_now) {
  for (const auto& worker : io.connections()) {
    if (!worker->link().is_ready())
      continue;
    const auto last_word = watch_.last_word_to(worker->routing_id());
    findings_.require(
      last_word && broker_now - *last_word <= config_.workers.heartbeat.interval, [&] {
        return "worker " + shown(worker->routing_id()) + ", which holds " +
               std::to_string(worker->link().in_flight()) + " requests, gets no heartbeats (7-38)";
      });
    findings_.require(worker->link().in_flight() == watch_.held_by(worker->routing_id()), [&] {
      return "worker " + shown(worker->routing_id()) + " holds " +
             std::to_string(watch_.held_by(worker->routing_id())) +
             " requests, the broker thinks " + std::to_string(worker->link().in_flight());
    });
  }
}

void invariants::check_sessions(const sim_router_peers& io) {
  std::size_t open = 0;
  for (const auto& session : io.sessions()) {
    open += session->link().open_requests();
    findings_.require(session->link().open_requests() <= config_.clients.window,
                      [] { return "a client has more open requests than its window"; });
    findings_.require(session->link().footprint() <= config_.clients.max_bytes,
                      [] { return "a client's open requests are over their bound of memory"; });
  }
  findings_.require(open == ledger_.open(), [&] {
    return "the sessions have " + std::to_string(open) + " open requests, it should be " +
           std::to_string(ledger_.open());
  });
}

void invariants::check_bounds(const sim_registry& registry, const sim_router_peers& io) {
  findings_.require(io.peers() <= config_.peers.max_peers, [] { return "too many peers (T8)"; });
  findings_.require(io.remembered() <= config_.peers.max_tombstones,
                    [] { return "too many tombstones (T9)"; });
  findings_.require(registry.services() <= config_.max_services,
                    [] { return "too many services (T8)"; });
  findings_.require(io.peers() == io.sessions().size() + io.connections().size(),
                    [] { return "the directory knows somebody who has ended"; });
  findings_.require(io.leaving() == 0,
                    [] { return "the directory waits for the end of somebody who has ended"; });
}

void invariants::check_budget(const engine::broker_budget& budget, const sim_gate* gate) {
  const auto here = ledger_.in_queues() + (gate != nullptr ? gate->engine().undecided() : 0);
  findings_.require(budget.requests() == here, [&] {
    return "the budget says that " + std::to_string(budget.requests()) +
           " requests are here, it should be " + std::to_string(here);
  });
  findings_.require(budget.bytes() >= ledger_.footprint_in_queues(),
                    [] { return "the budget has forgotten memory"; });
  findings_.require(budget.requests() <= config_.budget.max_requests &&
                      budget.bytes() <= config_.budget.max_bytes,
                    [] { return "the broker is over its budget"; });
}

void invariants::when_quiet(const sim_broker& broker, const all_workers& workers) {
  if (!broker.is_up())
    return findings_.report("the broker did not come back");
  std::set<std::string> services;
  for (const auto& worker : workers) {
    services.insert(worker->service());
    findings_.require(worker->is_talking(), [&] {
      return "worker " + std::to_string(worker->host()) + " has not found back to its broker";
    });
  }
  findings_.require(ledger_.open() == 0 && ledger_.in_queues() == 0, [&] {
    return std::to_string(ledger_.open()) + " requests are still open, " +
           std::to_string(ledger_.in_queues()) + " still in queues";
  });
  findings_.require(broker.registry().mmi().desk().open_questions() == 0,
                    [] { return "a question under mmi. is still open"; });
  if (const auto* gate = broker.gate())
    findings_.require(gate->engine().undecided() + gate->engine().forwarded() == 0,
                      [] { return "nothing is open, and a gate still has requests"; });
  findings_.require(broker.budget().requests() == 0 && broker.budget().bytes() == 0,
                    [] { return "nothing is open, and the budget is still drawn from"; });
  findings_.require(broker.io().peers() == workers.size(), [&] {
    return "the broker knows " + std::to_string(broker.io().peers()) + " peers, there are " +
           std::to_string(workers.size());
  });
  findings_.require(broker.registry().services() == services.size(), [&] {
    return "the broker knows " + std::to_string(broker.registry().services()) +
           " services, there are " + std::to_string(services.size());
  });
}

} // namespace mdp::sim
