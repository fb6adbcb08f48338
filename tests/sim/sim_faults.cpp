#include "sim/sim_faults.hpp"

namespace mdp::sim {

using namespace std::chrono_literals;

sim_faults::sim_faults(const fault_plan& plan, const population& everybody, trace& events,
                       dice chance, time_point now)
    : plan_(plan),
      everybody_(everybody),
      events_(events),
      chance_(chance),
      ends_at_(now + plan.lasts),
      next_(now + chance_.between(0s, plan.pause_max)) {}

void sim_faults::run(time_point now) {
  if (now < next_)
    return;
  strike(now);
  ++count_;
  next_ = now + chance_.between(1ms, plan_.pause_max);
  if (next_ >= ends_at_)
    next_ = never;
}

void sim_faults::strike(time_point now) {
  switch (chance_.below(20)) {
  case 0:
  case 1:
  case 2:
  case 3:
    return cut_someone(now);
  case 4:
  case 5:
    return part_some(now);
  case 6:
  case 7:
  case 8:
    return freeze_someone(now);
  case 9:
    return leap_a_clock();
  case 10:
  case 11:
    return strike_the_broker(now);
  case 12:
  case 13:
    return strike_a_client(now);
  default:
    return strike_a_worker(now);
  }
}

void sim_faults::cut_someone(time_point now) {
  everybody_.net.cut(any_host(), any_notice(now), now);
}

/// Who is cut off for long may find all that was under way when the way is free again, or that TCP
/// has given up meanwhile.
void sim_faults::part_some(time_point now) {
  const auto until = now + a_while();
  events_.note([] { return "faults: a partition"; });
  for (auto count = chance_.between(1, 4); count > 0; --count) {
    const auto host = any_host();
    everybody_.net.hold(host, until);
    if (chance_.chance(0.4))
      everybody_.net.cut(host, any_notice(until), now);
  }
}

void sim_faults::freeze_someone(time_point now) {
  auto& victim = any_process();
  events_.note([&] {
    return std::string("faults: ") + (&victim == &everybody_.broker ? "the broker" : "somebody") +
           " is frozen";
  });
  victim.freeze(now + a_while());
}

void sim_faults::leap_a_clock() {
  events_.note([] { return "faults: a clock leaps"; });
  any_process().leap(chance_.chance(0.5) ? chance_.between(1ms, 10s) : chance_.between(1s, 10h));
}

void sim_faults::strike_a_worker(time_point now) {
  auto& worker = *chance_.any_of(everybody_.workers);
  const auto again_at = now + a_while();
  if (chance_.chance(0.25))
    worker.drain(now, again_at);
  else
    worker.crash(chance_.chance(0.5), now, again_at);
}

void sim_faults::strike_a_client(time_point now) {
  const auto again_at = now + a_while();
  const bool with_its_machine = chance_.chance(0.5);
  if (!everybody_.pipeliners.empty() && chance_.chance(0.5))
    chance_.any_of(everybody_.pipeliners)->crash(with_its_machine, now, again_at);
  else
    chance_.any_of(everybody_.clients)->crash(with_its_machine, now, again_at);
}

void sim_faults::strike_the_broker(time_point now) {
  const auto again_at = now + a_while();
  if (chance_.chance(0.5))
    return everybody_.broker.stop(a_while(), now, again_at);
  constexpr router_end ends[] = {router_end::closed, router_end::killed, router_end::vanished};
  everybody_.broker.crash(ends[chance_.below(std::size(ends))], now, again_at);
}

void sim_faults::stop(time_point now) {
  next_ = never;
  everybody_.broker.thaw();
  everybody_.net.heal(now);
  for (const auto& worker : everybody_.workers)
    worker->thaw();
  for (const auto& client : everybody_.clients)
    client->thaw();
  for (const auto& pipeliner : everybody_.pipeliners)
    pipeliner->thaw();
}

host_number sim_faults::any_host() {
  const auto& e = everybody_;
  auto number = chance_.below(e.workers.size() + e.clients.size() + e.pipeliners.size());
  if (number < e.workers.size())
    return e.workers[number]->host();
  number -= e.workers.size();
  if (number < e.clients.size())
    return e.clients[number]->host();
  return e.pipeliners[number - e.clients.size()]->host();
}

process& sim_faults::any_process() {
  const auto& e = everybody_;
  auto number = chance_.below(2 + e.workers.size() + e.clients.size() + e.pipeliners.size());
  if (number < 2) // the one that matters most
    return e.broker;
  number -= 2;
  if (number < e.workers.size())
    return *e.workers[number];
  number -= e.workers.size();
  if (number < e.clients.size())
    return *e.clients[number];
  return *e.pipeliners[number - e.clients.size()];
}

/// Both ends notice, one of them, or nobody; at once or late.
break_notice sim_faults::any_notice(time_point now) {
  const auto one = [&] {
    return chance_.chance(0.3) ? never : now + (chance_.chance(0.5) ? 0s : a_while());
  };
  return {one(), one()};
}

} // namespace mdp::sim
