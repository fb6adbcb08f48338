#include "sim/world.hpp"

#include <algorithm>
#include <utility>

namespace mdp::sim {

using namespace std::chrono_literals;

namespace {

/// A world that stands still while it does things is a world with a bug.
constexpr std::uint64_t max_steps_at_once = 10'000;

template <class Client>
void add_counters(client_counters& sum, const Client& client) {
  const auto& more = client.counters();
  sum.asked += more.asked;
  sum.finished += more.finished;
  sum.failed += more.failed;
  sum.status_replies += more.status_replies;
  sum.retries += more.retries;
}

scenario drawn_from(std::uint64_t seed) {
  dice chance(seed);
  return draw_scenario(chance);
}

} // namespace

world::world(const run_options& options) : world(options, drawn_from(options.seed)) {}

world::world(const run_options& options, scenario what)
    : chance_(~options.seed),
      scenario_(std::move(what)),
      events_(options.trace_lines, options.is_loud),
      watch_(findings_, events_),
      ledger_(scenario_.broker.queues, findings_, !scenario_.broker.routing),
      net_(scenario_.net, chance_.split(), watch_, events_),
      broker_({scenario_.broker, net_, watch_, ledger_, peer_counters_, events_, options.broken},
              chance_.split()),
      everybody_{broker_, net_, workers_, clients_, pipeliners_, intruders_},
      invariants_(scenario_.broker, ledger_, watch_, findings_),
      now_(time_point{}) {
  host_number host = 0;
  for (const auto& traits : scenario_.workers)
    workers_.push_back(std::make_unique<sim_worker>(
      sim_worker::surroundings{net_, findings_, events_}, traits, ++host, chance_.split()));
  const sim_client::surroundings for_clients{net_, findings_, events_};
  for (const auto& traits : scenario_.clients)
    clients_.push_back(std::make_unique<sim_client>(for_clients, traits, ++host, chance_.split()));
  for (const auto& traits : scenario_.pipeliners)
    pipeliners_.push_back(
      std::make_unique<sim_pipeliner>(for_clients, traits, ++host, chance_.split()));
  for (const auto& traits : scenario_.intruders)
    intruders_.push_back(std::make_unique<sim_intruder>(
      sim_intruder::surroundings{net_, watch_, events_}, traits, ++host, chance_.split()));
  if (scenario_.faults.lasts > 0s)
    faults_.emplace(scenario_.faults, everybody_, events_, chance_.split(), now_);
  broker_.start(now_);
}

world::~world() = default;

run_outcome world::run() {
  run_for(scenario_.faults.lasts);
  calm_down();
  run_for(scenario_.time_to_settle());
  if (!findings_.any())
    invariants_.when_quiet(broker_, workers_);
  if (!findings_.any())
    ask_everything_once();
  return {findings_.first(), events_.lines(), statistics()};
}

void world::run_for(duration span) {
  const auto end = now_ + span;
  std::uint64_t at_once = 0;
  while (!findings_.any()) {
    const auto next = std::max(now_, next_event());
    if (next > end)
      break;
    at_once = next == now_ ? at_once + 1 : 0;
    findings_.require(at_once < max_steps_at_once, [] { return "time stands still"; });
    step(next);
  }
  now_ = end;
}

void world::step(time_point now) {
  ++steps_;
  now_ = now;
  events_.set_time(now);
  if (faults_)
    faults_->run(now);
  net_.advance(now);
  broker_.turn(now);
  for (const auto& worker : workers_)
    worker->turn(now);
  for (const auto& client : clients_)
    client->turn(now);
  for (const auto& pipeliner : pipeliners_)
    pipeliner->turn(now);
  for (const auto& intruder : intruders_)
    intruder->turn(now);
  invariants_.after_step(broker_, workers_, now);
}

time_point world::next_event() const {
  auto next = std::min(net_.next_event(), broker_.next_event());
  if (faults_)
    next = std::min(next, faults_->next_event());
  for (const auto& worker : workers_)
    next = std::min(next, worker->next_event());
  for (const auto& client : clients_)
    next = std::min(next, client->next_event());
  for (const auto& pipeliner : pipeliners_)
    next = std::min(next, pipeliner->next_event());
  for (const auto& intruder : intruders_)
    next = std::min(next, intruder->next_event());
  return next;
}

void world::calm_down() {
  events_.note([] { return "-- from here on nothing goes wrong --"; });
  if (faults_)
    faults_->stop(now_);
  broker_.calm_down();
  for (const auto& intruder : intruders_)
    intruder->leave(now_);
  for (const auto& client : clients_)
    client->rest();
  for (const auto& pipeliner : pipeliners_)
    pipeliner->rest();
}

void world::ask_everything_once() {
  events_.note([] { return "-- everybody asks everything once --"; });
  for (const auto& worker : workers_)
    worker->keep_it_short();
  for (const auto& client : clients_)
    ask_everything_once(*client);
  for (const auto& pipeliner : pipeliners_)
    ask_everything_once(*pipeliner);
}

template <class Client>
void world::ask_everything_once(Client& client) {
  for (const auto& service : client.traits().services) {
    if (findings_.any())
      return;
    const auto before = client.counters();
    client.ask(service, now_);
    while (!client.is_idle() && !findings_.any())
      run_for(1ms);
    const auto& after = client.counters();
    findings_.require(after.finished == before.finished + 1 && after.retries == before.retries &&
                        after.status_replies == before.status_replies,
                      [&] {
                        return "client " + std::to_string(client.host()) + " asked " + service +
                               " when all was well, and got no reply at once";
                      });
  }
}

run_statistics world::statistics() const {
  run_statistics sum;
  sum.steps = steps_;
  sum.messages = watch_.messages();
  sum.faults = faults_ ? faults_->count() : 0;
  sum.jobs = ledger_.counters();
  sum.peers = peer_counters_;
  for (const auto& intruder : intruders_)
    sum.pranks += intruder->pranks();
  for (const auto& client : clients_)
    add_counters(sum.clients, *client);
  for (const auto& pipeliner : pipeliners_)
    add_counters(sum.clients, *pipeliner);
  for (const auto& worker : workers_) {
    sum.workers.conversations += worker->counters().conversations;
    sum.workers.works += worker->counters().works;
    sum.workers.void_results += worker->counters().void_results;
  }
  return sum;
}

void run_statistics::add(const run_statistics& other) {
  const auto add_all = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < std::size(to); ++i)
      to[i] += from[i];
  };
  steps += other.steps;
  messages += other.messages;
  faults += other.faults;
  pranks += other.pranks;
  jobs.accepted += other.jobs.accepted;
  jobs.answered += other.jobs.answered;
  jobs.cancelled += other.jobs.cancelled;
  jobs.retried += other.jobs.retried;
  jobs.buried += other.jobs.buried;
  jobs.given_back += other.jobs.given_back;
  jobs.undelivered += other.jobs.undelivered;
  jobs.given_back += other.jobs.given_back;
  jobs.handed_back += other.jobs.handed_back;
  add_all(jobs.refused, other.jobs.refused);
  add_all(peers.ended_workers, other.peers.ended_workers);
  add_all(peers.verdicts, other.peers.verdicts);
  peers.invalid_messages += other.peers.invalid_messages;
  peers.unreachable += other.peers.unreachable;
  peers.late_answers += other.peers.late_answers;
  peers.routing.asked += other.peers.routing.asked;
  peers.routing.asked_again += other.peers.routing.asked_again;
  peers.routing.mistakes += other.peers.routing.mistakes;
  peers.routing.late += other.peers.routing.late;
  add_all(peers.routing.outcomes, other.peers.routing.outcomes);
  clients.asked += other.clients.asked;
  clients.finished += other.clients.finished;
  clients.failed += other.clients.failed;
  clients.status_replies += other.clients.status_replies;
  clients.retries += other.clients.retries;
  workers.conversations += other.workers.conversations;
  workers.works += other.workers.works;
  workers.void_results += other.workers.void_results;
}

} // namespace mdp::sim
