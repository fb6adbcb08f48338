#include "sim/scenario.hpp"

#include <algorithm>
#include <cstdint>

namespace mdp::sim {

using namespace std::chrono_literals;

namespace {

wire::protocol_version any_version(dice& chance) {
  return chance.chance(0.5) ? wire::protocol_version::v0_1 : wire::protocol_version::v0_2;
}

engine::heartbeat_config draw_heartbeat(dice& chance) {
  return {chance.between(200ms, 800ms), static_cast<std::uint32_t>(chance.between(3, 5))};
}

/// Mostly the bounds are far away, sometimes so near that they are run into.
broker_config draw_broker(dice& chance, const engine::heartbeat_config& heartbeat) {
  broker_config broker;
  broker.workers.heartbeat = heartbeat;
  broker.workers.busy =
    chance.chance(0.3) ? engine::busy_policy::strict : engine::busy_policy::lenient;
  broker.workers.busy_timeout = chance.between(3s, 6s);
  if (chance.chance(0.3))
    broker.workers.answer_timeout = chance.between(2s, 8s);
  if (chance.chance(0.3))
    broker.workers.max_capacity = static_cast<std::uint32_t>(chance.between(1, 4));
  broker.workers.opaque_client_ids = chance.chance(0.3);

  broker.clients.request_ttl = chance.between(1s, 5s);
  broker.clients.idle_timeout = chance.between(1s, 4s);
  broker.clients.status_replies = chance.chance(0.3);
  if (chance.chance(0.3))
    broker.clients.window = chance.between(2, 8);
  if (chance.chance(0.2))
    broker.clients.held_partial_frames = 8;

  broker.queues.attempts = static_cast<attempt_number>(chance.between(1, 5));
  broker.queues.promise =
    chance.chance(0.15) ? engine::delivery::at_most_once : engine::delivery::at_least_once;
  broker.queues.housekeeping = chance.between(50ms, 1s);
  if (chance.chance(0.25))
    broker.queues.max_requests = chance.between(1, 10);
  if (chance.chance(0.2))
    broker.queues.max_bytes = chance.between(3'000, 20'000);

  if (chance.chance(0.15))
    broker.clients.max_bytes =
      chance.between(4'000, 5'500); // the largest request and its reply fit
  if (chance.chance(0.15))
    broker.budget.max_requests = chance.between(2, 10);
  if (chance.chance(0.15))
    broker.budget.max_bytes = chance.between(4'000, 8'000);

  broker.service_linger = chance.between(500ms, 1500ms);
  if (chance.chance(0.2))
    broker.max_services = chance.between(4, 6);
  if (chance.chance(0.1))
    broker.peers.max_tombstones = chance.between(0, 2);

  auto& dispatch = broker.queues.dispatch;
  dispatch.policy = static_cast<engine::dispatch>(chance.below(engine::dispatch_count));
  dispatch.seed = chance.below(1000);
  dispatch.key_frame = static_cast<std::uint32_t>(chance.below(3));
  return broker;
}

/// A router, and a gate whose bounds are near now and then.
routing_config draw_routing(dice& chance, const std::vector<std::string>& services) {
  routing_config routing;
  routing.services = services;
  routing.failures = chance.chance(0.5) ? 0.02 : 0.3;
  routing.gate.window = chance.between(1, 8);
  routing.gate.housekeeping = chance.between(50ms, 1s);
  routing.gate.reply_patience = chance.between(2s, 4s);
  routing.gate.sees_replies = chance.chance(0.7);
  if (chance.chance(0.3))
    routing.gate.max_requests = chance.between(1, 4);
  if (chance.chance(0.3))
    routing.gate.max_bytes = chance.between(3'000, 6'000);
  return routing;
}

worker_traits draw_worker(dice& chance, const std::string& service, const broker_config& broker) {
  worker_traits traits;
  traits.engine.service = service;
  traits.engine.version = any_version(chance);
  traits.engine.heartbeat = broker.workers.heartbeat;
  if (chance.chance(0.5)) {
    traits.engine.capacity = static_cast<std::uint32_t>(chance.between(2, 8));
    traits.engine.announce_capacity = chance.chance(0.8);
  }
  traits.engine.says_load = chance.chance(0.5);
  traits.backoff = {50ms, chance.between(500ms, 1500ms), 0.3, 3s};
  traits.work_min = chance.between(0ms, 5ms);
  traits.work_max = traits.work_min + chance.between(1ms, 300ms);
  traits.max_partials = chance.chance(0.5) ? 0 : chance.below(4);
  if (chance.chance(0.2)) { // as the guide's: 0.1, one thread, no word while it works
    traits.is_single_threaded = true;
    traits.engine.version = wire::protocol_version::v0_1;
    traits.engine.capacity = 1;
    traits.max_partials = 0;
    const auto patience = broker.workers.heartbeat.patience();
    const bool may_be_silent = broker.workers.busy == engine::busy_policy::lenient;
    traits.work_max = may_be_silent ? std::min<duration>(patience * 3 / 2, 2500ms) : patience / 3;
  }
  return traits;
}

client_traits draw_client(dice& chance, const std::vector<std::string>& services) {
  client_traits traits;
  traits.engine.version = any_version(chance);
  traits.how.timeout = chance.between(500ms, 2s);
  traits.how.attempts = static_cast<std::uint32_t>(chance.between(1, 3));
  traits.how.restart = chance.chance(0.7);
  traits.how.alone = chance.chance(0.2);
  traits.services = services;
  if (chance.chance(0.3))
    traits.services.emplace_back("mmi.service");
  traits.think_max = chance.between(1ms, 400ms);
  if (chance.chance(0.3))
    traits.patience = chance.between(500ms, 4s);
  return traits;
}

pipeliner_traits draw_pipeliner(dice& chance, const std::vector<std::string>& services) {
  pipeliner_traits traits;
  traits.version = any_version(chance);
  traits.services = services;
  traits.burst = chance.between(1, 12);
  traits.think_min = 10ms;
  traits.think_max = chance.between(20ms, 1s);
  traits.patience = chance.between(500ms, 3s);
  return traits;
}

} // namespace

scenario draw_scenario(dice& chance) {
  scenario drawn;
  drawn.net.latency_min = chance.between(50us, 1ms);
  drawn.net.latency_max = drawn.net.latency_min + chance.between(100us, 30ms);
  drawn.net.reconnect_pause = 100ms;
  if (chance.chance(0.5))
    drawn.net.router_patience = chance.between(1s, 4s);
  drawn.broker = draw_broker(chance, draw_heartbeat(chance));

  for (auto i = chance.between(1, 3); i > 0; --i)
    drawn.services.push_back("service/" + std::to_string(i));
  for (const auto& service : drawn.services)
    for (auto i = chance.between(1, 3); i > 0; --i) {
      drawn.workers.push_back(draw_worker(chance, service, drawn.broker));
      if (chance.chance(0.1))
        drawn.workers.back().name = frame("worker " + std::to_string(drawn.workers.size()));
    }
  if (chance.chance(0.3)) // some offer all of them
    for (auto i = chance.between(1, 2); i > 0; --i)
      drawn.workers.push_back(draw_worker(chance, "service/*", drawn.broker));
  if (chance.chance(0.2)) // and one, perhaps, nobody else does
    std::erase_if(drawn.workers, [&](const auto& worker) {
      return worker.engine.service == drawn.services.front() &&
             drawn.workers.back().engine.service == "service/*";
    });
  for (auto i = chance.between(1, 4); i > 0; --i) {
    drawn.clients.push_back(draw_client(chance, drawn.services));
    // What it has given up is still open in the broker.
    drawn.clients.back().engine.window = std::max<std::size_t>(1, drawn.broker.clients.window / 2);
  }
  for (auto i = chance.below(3); i > 0; --i)
    drawn.pipeliners.push_back(draw_pipeliner(chance, drawn.services));
  for (auto i = chance.chance(0.5) ? chance.between(1, 2) : 0; i > 0; --i)
    drawn.intruders.push_back({drawn.services, 1ms, chance.between(50ms, 500ms)});

  // Hardly more than those who may be here. A client may have a socket for each of its requests, and
  // one by which it learns that they can share one.
  if (chance.chance(0.15))
    drawn.broker.peers.max_peers = drawn.workers.size() +
                                   drawn.clients.size() * (drawn.services.size() + 2) +
                                   drawn.pipeliners.size() + chance.below(4);

  if (chance.chance(0.3))
    drawn.broker.routing = draw_routing(chance, drawn.services);

  drawn.faults.lasts = chance.between(3s, 15s);
  drawn.faults.pause_max = chance.between(200ms, 2s);
  drawn.faults.usual = chance.between(100ms, 4s);
  return drawn;
}

duration scenario::time_to_settle() const {
  duration asking{};
  for (const auto& each : clients)
    asking = std::max<duration>(asking, each.how.timeout * (each.how.attempts + 1));
  for (const auto& each : pipeliners)
    asking = std::max(asking, each.patience);
  duration working{};
  duration connecting{};
  for (const auto& each : workers) {
    working = std::max(working, each.work_max * static_cast<std::int64_t>(each.max_partials + 2));
    connecting = std::max(connecting, 3 * each.backoff.max);
  }
  return asking + working + connecting + 2 * broker.workers.heartbeat.patience() +
         broker.workers.busy_timeout + broker.clients.request_ttl + broker.clients.idle_timeout +
         2 * broker.queues.housekeeping + 2 * broker.service_linger + 1s +
         (broker.routing ? broker.routing->gate.reply_patience + broker.clients.request_ttl : 0s);
}

} // namespace mdp::sim
