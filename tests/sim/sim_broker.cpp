#include "sim/sim_broker.hpp"

#include "sim/sim_mmi.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace mdp::sim {

sim_broker::life::life(const surroundings& around, dice& chance, time_point now)
    : post(chance.split()),
      parts{around.config,
            post,
            around.ledger,
            around.watch,
            around.counters,
            around.events,
            chance,
            around.broken,
            now,
            {},
            {},
            std::make_shared<engine::broker_budget>(around.config.budget)},
      io(parts, around.net),
      registry(parts) {
  parts.io = io.self();
  parts.registry = registry.self();
  if (around.config.routing)
    parts.gate = gate.emplace(parts).self();
}

sim_broker::sim_broker(const surroundings& around, dice chance)
    : process(chance.between(std::chrono::hours(1), std::chrono::hours(1000))),
      around_(around),
      chance_(chance) {}

void sim_broker::start(time_point now) {
  around_.events.note([] { return "broker: starts"; });
  starts_at_ = end_at_ = never;
  life_ = std::make_unique<life>(around_, chance_, local(now));
  life_->parts.is_calm = is_calm_;
  const auto& peers = around_.config.peers;
  const bool may_forget_early = peers.max_tombstones < defaults::max_tombstones;
  around_.watch.broker_started(may_forget_early ? duration{} : peers.tombstone_lifetime);
  around_.net.bind();
}

void sim_broker::crash(router_end how, time_point now, time_point again_at) {
  if (!is_up())
    return;
  around_.events.note([] { return "broker: crashes"; });
  end(how, now);
  thaw();
  starts_at_ = again_at;
}

void sim_broker::stop(duration grace, time_point now, time_point again_at) {
  if (!is_up() || is_draining() || is_frozen(now))
    return;
  around_.events.note([] { return "broker: drains"; });
  life_->parts.now = local(now);
  if (life_->gate)
    life_->post.tell(life_->gate->self(), [](sim_gate& gate) { gate.on_drain(); });
  life_->post.tell(life_->registry.self(), [](sim_registry& registry) { registry.on_drain(); });
  life_->post.run();
  end_at_ = now + grace;
  starts_at_ = std::max(again_at, end_at_);
}

void sim_broker::calm_down() {
  is_calm_ = true;
  if (is_up())
    life_->parts.is_calm = true;
}

time_point sim_broker::next_event() const {
  if (!is_up())
    return when_awake(starts_at_);
  if (around_.net.has_input())
    return when_awake({});
  auto next = never;
  if (around_.broken != broken_rule::never_looks_at_clock) {
    next = io().next_deadline();
    for (const auto& session : io().sessions())
      next = std::min(next, session->next_deadline());
    for (const auto& worker : io().connections())
      next = std::min(next, worker->next_deadline());
    for (const auto& queue : registry().queues())
      next = std::min(next, queue->next_deadline());
    next = std::min(next, registry().mmi().next_deadline());
    if (gate() != nullptr)
      next = std::min({next, gate()->next_deadline(), gate()->router().next_deadline()});
  }
  return when_awake(std::min(in_world(next), end_at_));
}

void sim_broker::turn(time_point now) {
  if (is_frozen(now))
    return;
  if (!is_up()) {
    if (starts_at_ > now)
      return;
    start(now);
  }
  life_->parts.now = local(now);
  life_->io.set_world_time(now);
  // Either may come first, the socket's news or the timers, and the other at any time after it.
  const bool reads_first = chance_.chance(0.5);
  const bool both_at_once = chance_.chance(0.5);
  around_.watch.begin_turn(local(now), both_at_once);
  reads_first ? read() : look_at_clock();
  if (!both_at_once)
    life_->post.run();
  reads_first ? look_at_clock() : read();
  life_->post.run();
  life_->io.clean_up();
  life_->registry.clean_up();
  if (now >= end_at_) {
    life_->post.tell(life_->io.self(), [](sim_router_peers& io) { io.dismiss_all(); });
    life_->post.run();
    end(router_end::closed, now);
  }
}

void sim_broker::read() {
  if (around_.net.take_lost_connections())
    life_->post.tell(life_->io.self(), [](sim_router_peers& io) { io.on_connections_lost(); });
  std::vector<routed_message> batch;
  while (auto input = around_.net.receive())
    batch.push_back(*std::move(input));
  if (batch.empty())
    return;
  life_->post.tell(life_->io.self(), [batch = std::move(batch)](sim_router_peers& io) mutable {
    io.on_input(std::move(batch));
  });
}

void sim_broker::look_at_clock() {
  if (around_.broken == broken_rule::never_looks_at_clock)
    return;
  const auto wake = [&](const auto& actors) {
    for (const auto& actor : actors)
      if (actor->next_deadline() <= life_->parts.now)
        life_->post.tell(actor->self(), [](auto& a) { a.on_deadline(); });
  };
  if (io().next_deadline() <= life_->parts.now)
    life_->post.tell(life_->io.self(), [](sim_router_peers& io) { io.on_deadline(); });
  wake(io().sessions());
  wake(io().connections());
  wake(registry().queues());
  wake(std::array{&registry().mmi()});
  if (gate() != nullptr) {
    wake(std::array{gate()});
    wake(std::array{&gate()->router()});
  }
}

void sim_broker::end(router_end how, time_point now) {
  around_.net.unbind(how, now);
  life_.reset();
  around_.ledger.forget_all();
  end_at_ = never;
}

} // namespace mdp::sim
