#include "sim/job_ledger.hpp"

#include <iterator>

namespace mdp::sim {

std::string name_of(job_id id) {
  return "c" + std::to_string(id.client.value) + "." + std::to_string(id.sequence);
}

// -- sessions -------------------------------------------------------------------------------------

void job_ledger::accepted(job_id id) {
  ++counters_.accepted;
  findings_.require(open_.emplace(id, true).second,
                    [&] { return "request " + name_of(id) + " was accepted twice"; });
}

void job_ledger::answered(job_id id) {
  ++counters_.answered;
  close(id, "answered");
}

void job_ledger::refused(job_id id, engine::refusal reason) {
  ++counters_.refused[static_cast<std::size_t>(reason)];
  close(id, "refused");
}

void job_ledger::cancelled(job_id id) {
  ++counters_.cancelled;
  close(id, "cancelled");
}

void job_ledger::refused_at_door(engine::refusal reason) noexcept {
  ++counters_.refused[static_cast<std::size_t>(reason)];
}

void job_ledger::close(job_id id, const char* how) {
  findings_.require(open_.erase(id) == 1, [&] {
    return "request " + name_of(id) + " was " + how + ", but is not open (any more)";
  });
}

void job_ledger::session_ended(peer_id client) {
  const auto left = open_.lower_bound({client, 0});
  findings_.require(left == open_.end() || left->first.client != client, [&] {
    return "a session ended and left request " + name_of(left->first) + " open";
  });
}

// -- queues ---------------------------------------------------------------------------------------

void job_ledger::queued(const std::string& service, const engine::job& what) {
  auto& account = queues_[service];
  const auto footprint = what.footprint();
  // What another queue has given back may come behind later requests of its client.
  if (account.jobs
        .emplace(
          what.id,
          queued_entry{footprint, what.deadline, what.attempts, {}, false, what.was_accepted})
        .second)
    account.footprint += footprint;
}

void job_ledger::given_back(const std::string& service, const engine::job& what) {
  ++counters_.given_back;
  take_back(service, what);
}

void job_ledger::handed_back(const std::string& service, const engine::job& what) {
  ++counters_.handed_back;
  findings_.require(what.attempts < config_.attempts, [&] {
    return "queue " + service + " handed back " + name_of(what.id) + ", whose tries are used up";
  });
  take_back(service, what);
}

void job_ledger::take_back(const std::string& service, const engine::job& what) {
  auto& account = queues_[service];
  const auto entry = account.jobs.find(what.id);
  if (entry == account.jobs.end())
    return findings_.report("queue " + service + " gave back " + name_of(what.id) +
                            ", which it does not hold");
  findings_.require(!entry->second.sink && entry->second.attempt == what.attempts, [&] {
    return "queue " + service + " gave back " + name_of(what.id) + ", which does not wait so";
  });
  remove(account, what.id);
}

void job_ledger::assigned(const std::string& service, const engine::assign_to_sink& what,
                          time_point now) {
  auto& account = queues_[service];
  const auto entry = account.jobs.find(what.id);
  if (entry == account.jobs.end())
    return findings_.report("queue " + service + " assigned " + name_of(what.id) +
                            ", which it does not hold");
  auto& job = entry->second;
  findings_.require(!job.sink && !job.is_cancelled, [&] {
    return "queue " + service + " assigned " + name_of(what.id) +
           (job.sink ? ", which somebody works on" : ", whose client is gone");
  });
  findings_.require(now < job.deadline, [&] {
    return name_of(what.id) + " was given to a worker when it had expired";
  });
  findings_.require(what.attempt == job.attempt + 1 && what.attempt <= config_.attempts, [&] {
    return "try " + std::to_string(what.attempt) + " of " + name_of(what.id) + " follows try " +
           std::to_string(job.attempt);
  });
  if (job.came_back)
    ++counters_.retried;
  else if (!in_order_)
    ; // a router has decided that
  else if (auto& last = account.last_tried[what.id.client]; last < what.id.sequence)
    last = what.id.sequence;
  else
    findings_.report("queue " + service + " tried " + name_of(what.id) + " after a later request " +
                     "of the same client");
  job.attempt = what.attempt;
  job.sink = what.sink;
}

void job_ledger::let_go(const std::string& service, job_id id,
                        std::optional<engine::refusal> reason, time_point now) {
  auto& account = queues_[service];
  const auto entry = account.jobs.find(id);
  if (entry == account.jobs.end())
    return findings_.report("queue " + service + " spoke of " + name_of(id) +
                            ", which it does not hold");
  const auto& job = entry->second;
  findings_.require(!job.is_cancelled, [&] {
    return "queue " + service + " spoke of " + name_of(id) + ", whose client is gone";
  });
  const bool at_most_once = config_.promise == engine::delivery::at_most_once;
  if (reason == engine::refusal::expired)
    findings_.require(job.deadline <= now,
                      [&] { return name_of(id) + " was called expired before its time"; });
  if (reason == engine::refusal::attempts_used_up)
    findings_.require(at_most_once ? job.attempt == 1 : job.attempt == config_.attempts, [&] {
      return name_of(id) + " was given up after " + std::to_string(job.attempt) + " attempts";
    });
  remove(account, id);
}

void job_ledger::buried(const std::string& service, job_id id, attempt_number attempts) {
  ++counters_.buried;
  const auto& jobs = queues_[service].jobs;
  const auto entry = jobs.find(id);
  findings_.require(entry != jobs.end() && entry->second.attempt == attempts, [&] {
    return "queue " + service + " buried " + name_of(id) + " after " + std::to_string(attempts) +
           " attempts, which is not so";
  });
}

void job_ledger::cancelled_in_queue(const std::string& service, job_id id) {
  auto& account = queues_[service];
  const auto entry = account.jobs.find(id);
  if (entry == account.jobs.end())
    return; // the cancellation crossed the answer
  if (entry->second.sink)
    entry->second.is_cancelled = true;
  else
    remove(account, id);
}

void job_ledger::sink_answered(const std::string& service, sink_id sink, job_id id,
                               attempt_number attempt) {
  auto& account = queues_[service];
  const auto entry = account.jobs.find(id);
  if (entry == account.jobs.end())
    return;
  const auto& job = entry->second;
  if (job.is_cancelled && job.sink == sink && job.attempt == attempt)
    remove(account, id);
}

void job_ledger::sink_lost(const std::string& service, sink_id sink,
                           const std::vector<job_id>& undelivered) {
  auto& account = queues_[service];
  for (const auto id : undelivered) {
    --account.jobs.at(id).attempt; // as if it had not been given to that worker
    ++counters_.undelivered;
  }
  for (auto entry = account.jobs.begin(); entry != account.jobs.end();) {
    const auto current = entry++;
    if (current->second.sink != sink)
      continue;
    current->second.sink.reset();
    current->second.came_back = true;
    if (current->second.is_cancelled)
      remove(account, current->first);
  }
}

void job_ledger::queue_ended(const std::string& service) {
  findings_.require(queues_[service].jobs.empty(),
                    [&] { return "queue " + service + " ended with requests in it"; });
  queues_.erase(service);
}

void job_ledger::remove(queue_account& account, job_id id) {
  const auto entry = account.jobs.find(id);
  account.footprint -= entry->second.footprint;
  account.jobs.erase(entry);
}

// -- what it comes to -----------------------------------------------------------------------------

void job_ledger::compare(const std::string& service, const engine::service_queue& queue) {
  const auto& account = queues_[service];
  std::size_t in_flight = 0;
  std::size_t returned = 0;
  for (const auto& [id, job] : account.jobs) {
    in_flight += job.sink ? 1 : 0;
    returned += !job.sink && job.came_back ? 1 : 0;
  }
  const auto waiting = account.jobs.size() - in_flight;
  findings_.require(queue.in_flight() == in_flight && queue.waiting() == waiting, [&] {
    return "queue " + service + " says " + std::to_string(queue.waiting()) + " wait and " +
           std::to_string(queue.in_flight()) + " are in flight, but it is " +
           std::to_string(waiting) + " and " + std::to_string(in_flight);
  });
  findings_.require(queue.footprint() == account.footprint,
                    [&] { return "the footprint of queue " + service + " is not the sum"; });
  findings_.require(queue.footprint() <= config_.max_bytes,
                    [&] { return "queue " + service + " is over its bound of memory"; });
  findings_.require(waiting - returned <= config_.max_requests,
                    [&] { return "queue " + service + " is over its bound of requests"; });
  findings_.require(!queue.is_stuck(), [&] {
    return "queue " + service + " has a waiting request beside a worker with room";
  });
}

std::size_t job_ledger::in_queues() const noexcept {
  std::size_t sum = 0;
  for (const auto& [service, account] : queues_)
    sum += account.jobs.size();
  return sum;
}

std::size_t job_ledger::footprint_in_queues() const noexcept {
  std::size_t sum = 0;
  for (const auto& [service, account] : queues_)
    sum += account.footprint;
  return sum;
}

void job_ledger::forget_all() {
  open_.clear();
  queues_.clear();
}

} // namespace mdp::sim
