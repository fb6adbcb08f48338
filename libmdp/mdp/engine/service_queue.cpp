#include "mdp/engine/service_queue.hpp"

#include "mdp/assert.hpp"
#include "mdp/engine/lawful_body.hpp"
#include "mdp/engine/sink_report.hpp"

#include <algorithm>
#include <utility>

namespace mdp::engine {

void service_queue::submit(job what, time_point now) {
  auto* const job = take_in(std::move(what), !sinks_.has_room(), now);
  if (job == nullptr)
    return;
  pending_.add(*job);
  dispatch(now);
  watch_clock(now);
}

void service_queue::submit_to(sink_id sink, job what, time_point now) {
  if (!sinks_.contains(sink) && !jobs_.contains(what.id))
    return actions_.push(return_pinned{std::move(what)});
  auto* const job = take_in(std::move(what), !sinks_.has_room(sink), now);
  if (job == nullptr)
    return;
  job->only = sink;
  if (sinks_.has_room(sink)) {
    sinks_.book_on(sink, *job);
    return assign(*job);
  }
  pinned_.add(sink, *job);
  watch_clock(now);
}

queued_job* service_queue::take_in(job&& what, bool waits, time_point now) {
  const auto id = what.id;
  if (jobs_.contains(id))
    return nullptr;
  const auto footprint = what.footprint();
  const auto refuse_new = [&](refusal reason) {
    count_refused(reason);
    actions_.push(refuse_client{id, reason});
    return nullptr;
  };
  if (is_stopping_)
    return refuse_new(refusal::stopping);
  if (what.deadline <= now)
    return refuse_new(refusal::expired);
  // A job that goes straight to a sink does not wait, so the bound on waiting ones is not its.
  if (waits && waiting() >= config_.max_requests)
    return refuse_new(refusal::queue_full);
  if (footprint > config_.max_bytes - std::min(config_.max_bytes, footprint_))
    return refuse_new(refusal::memory_full);
  if (const auto full = share_.take(1, footprint))
    return refuse_new(*full);
  counters_.accepted += what.was_accepted ? 0 : 1;
  auto& job = jobs_[id];
  job.what = std::move(what);
  if (waits) // for longer, perhaps, and among very many
    job.what.body.compact();
  job.attempt = job.what.attempts;
  job.order = next_order_++;
  job.accepted_at = now;
  job.footprint = footprint;
  footprint_ += footprint;
  return &job;
}

bool service_queue::cancel(job_id id) {
  const auto entry = jobs_.find(id);
  if (entry == jobs_.end() || entry->second.is_cancelled)
    return false;
  ++counters_.cancelled;
  auto& job = entry->second;
  if (job.sink) {
    job.is_cancelled = true; // MDP cannot call a worker off
    return true;
  }
  if (job.only)
    pinned_.remove(*job.only, job);
  else
    pending_.remove(job);
  forget(id);
  return true;
}

void service_queue::yield_waiting() {
  while (auto* job = pending_.take()) {
    job->what.attempts = job->attempt;
    job->what.was_accepted = true;
    auto what = std::move(job->what);
    const auto id = what.id;
    forget(id);
    actions_.push(return_job{std::move(what)});
  }
}

void service_queue::add_sink(sink_id sink, std::uint32_t capacity, time_point now,
                             std::optional<std::uint32_t> load) {
  if (!sinks_.add(sink, capacity))
    return;
  if (load)
    report_load(sink, *load);
  dispatch(now);
}

void service_queue::remove_sink(sink_id sink, time_point now, std::span<const job_id> undelivered) {
  for (const auto id : undelivered)
    if (const auto entry = jobs_.find(id); entry != jobs_.end() && entry->second.sink == sink)
      --entry->second.attempt;
  for (auto* job : pinned_.take_all(sink))
    hand_back(*job);
  for (auto* job = sinks_.remove(sink); job != nullptr;) {
    auto* const next = job->next;
    job->previous = job->next = nullptr;
    job->sink.reset();
    if (job->is_cancelled)
      forget(job->what.id);
    else if (job->attempt >= allowed_attempts())
      bury(*job);
    else if (job->only)
      hand_back(*job);
    else {
      ++counters_.retried;
      job->what.body.compact();
      pending_.put_back(*job);
    }
    job = next;
  }
  dispatch(now);
  if (is_stopping_)
    refuse_waiting();
  watch_clock(now);
}

std::vector<job_id> service_queue::jobs_at(sink_id sink) const {
  std::vector<job_id> result;
  if (sinks_.contains(sink))
    for (const auto& [id, job] : jobs_)
      if (job.sink == sink)
        result.push_back(id);
  return result;
}

void service_queue::partial(sink_id sink, job_id id, attempt_number attempt, message body) {
  const auto entry = find_in_flight(sink, id, attempt);
  if (entry == jobs_.end())
    return;
  if (entry->second.is_cancelled)
    ++counters_.unwanted_answers;
  else
    actions_.push(answer_client{id, attempt, false, lawful_body(std::move(body)), sink});
}

void service_queue::finish(sink_id sink, job_id id, attempt_number attempt, message body,
                           time_point now) {
  const auto entry = find_in_flight(sink, id, attempt);
  if (entry == jobs_.end())
    return;
  const bool is_wanted = !entry->second.is_cancelled;
  sinks_.release(entry->second);
  forget(entry);
  const auto give_answer = [&] {
    if (is_wanted) {
      body = lawful_body(std::move(body));
      auto& out = actions_.add<answer_client>();
      out.id = id;
      out.attempt = attempt;
      out.is_final = true;
      out.from = sink;
      out.body = std::move(body);
    }
    ++(is_wanted ? counters_.answered : counters_.unwanted_answers);
  };
  // The next request first: its worker has nothing to do until it comes, and an answer that goes out behind it is hardly
  // later. A worker with room for one has a tenth more requests so (benchmarks/README.md).
  try {
    dispatch_behind(sink, now);
  } catch (...) {
    give_answer(); // out of memory: whoever takes over from us has it, and nobody else does
    throw;
  }
  give_answer();
}

/// A place at `sink` is free again.
void service_queue::dispatch_behind(sink_id sink, time_point now) {
  if (!pinned_.empty())
    dispatch_pinned(sink, now);
  dispatch(now);
  if (!pinned_.empty()) // if it was the turn of the others, they may have expired, all of them
    dispatch_pinned(sink, now);
}

void service_queue::tick(time_point now) {
  pending_.take_expired(now, [this](queued_job& job) { refuse(job, refusal::expired); });
  std::vector<queued_job*> late;
  pinned_.for_each([&](sink_id, queued_job& job) {
    if (job.what.deadline <= now)
      late.push_back(&job);
  });
  for (auto* job : late) {
    pinned_.remove(*job->only, *job);
    refuse(*job, refusal::expired);
  }
  next_sweep_ = never;
  watch_clock(now);
}

time_point service_queue::next_deadline() const noexcept {
  return waiting() == 0 ? never : next_sweep_;
}

void service_queue::watch_clock(time_point now) noexcept {
  if (waiting() > 0 && next_sweep_ == never)
    next_sweep_ = now + config_.housekeeping;
}

void service_queue::stop() {
  is_stopping_ = true;
  refuse_waiting();
}

service_report service_queue::report(time_point now, bool with_workers) const {
  service_report result;
  result.policy = to_string(config_.dispatch.policy);
  result.workers = sinks();
  result.waiting = waiting();
  result.in_flight = in_flight();
  result.bytes = footprint_;
  for (const auto* oldest : {pending_.oldest(), pinned_.oldest()})
    if (oldest != nullptr)
      result.oldest_waiting = std::max(result.oldest_waiting, now - oldest->accepted_at);
  result.counters = counters_;
  if (with_workers)
    result.details = report_sinks(sinks_);
  return result;
}

std::optional<worker_report> service_queue::preview(const job& what) const {
  return next_sink(sinks_, what);
}

attempt_number service_queue::allowed_attempts() const noexcept {
  return config_.promise == delivery::at_most_once ? 1 : config_.attempts;
}

service_queue::jobs::iterator service_queue::find_in_flight(sink_id sink, job_id id,
                                                            attempt_number attempt) {
  const auto entry = jobs_.find(id);
  if (entry != jobs_.end() && entry->second.sink == sink && entry->second.attempt == attempt)
    return entry;
  ++counters_.late_answers;
  return jobs_.end();
}

void service_queue::dispatch(time_point now) {
  while (sinks_.has_room()) {
    auto* job = pending_.take();
    if (job == nullptr)
      return;
    if (job->what.deadline <= now) { // shed before dispatch, never sent to a worker
      refuse(*job, refusal::expired);
      continue;
    }
    sinks_.book(*job);
    assign(*job);
  }
}

void service_queue::assign(queued_job& job) {
  ++job.attempt;
  auto body = job.what.body.copy_to_push_on(); // before there is half an action
  auto& out = actions_.add<assign_to_sink>();
  out.sink = *job.sink;
  out.attempt = job.attempt;
  out.id = job.what.id;
  out.client_address = job.what.client_address;
  out.body = std::move(body);
  out.user = job.what.user;
}

/// `sink` has room, as nobody else has if somebody waits for anybody: so whose turn it is may be
/// decided here.
void service_queue::dispatch_pinned(sink_id sink, time_point now) {
  while (sinks_.has_room(sink)) {
    auto* const job = pinned_.take(sink, !pending_.empty());
    if (job == nullptr)
      return;
    if (job->what.deadline <= now) {
      refuse(*job, refusal::expired);
      continue;
    }
    sinks_.book_on(sink, *job);
    assign(*job);
  }
}

bool service_queue::is_stuck() const noexcept {
  bool is_stuck = !pending_.empty() && sinks_.has_room();
  pinned_.for_each(
    [&](sink_id sink, const queued_job&) { is_stuck = is_stuck || sinks_.has_room(sink); });
  return is_stuck;
}

/// Its sink is gone: whoever chose that one may choose another.
void service_queue::hand_back(queued_job& job) {
  job.what.attempts = job.attempt;
  job.what.was_accepted = true;
  auto what = std::move(job.what);
  forget(what.id);
  actions_.push(return_pinned{std::move(what)});
}

void service_queue::refuse_waiting() {
  while (auto* job = pending_.take())
    refuse(*job, refusal::stopping);
  std::vector<queued_job*> waiting;
  pinned_.for_each([&](sink_id, queued_job& job) { waiting.push_back(&job); });
  for (auto* job : waiting) {
    pinned_.remove(*job->only, *job);
    refuse(*job, refusal::stopping);
  }
}

void service_queue::refuse(queued_job& job, refusal reason) {
  count_refused(reason);
  actions_.push(refuse_client{job.what.id, reason});
  forget(job.what.id);
}

void service_queue::bury(queued_job& job) {
  actions_.push(bury_job{job.what, job.attempt});
  refuse(job, refusal::attempts_used_up);
}

void service_queue::count_refused(refusal reason) noexcept {
  ++counters_.refused;
  if (reason == refusal::expired)
    ++counters_.expired;
}

void service_queue::forget(job_id id) {
  const auto entry = jobs_.find(id);
  MDP_ASSERT(entry != jobs_.end());
  forget(entry);
}

void service_queue::forget(jobs::iterator entry) {
  footprint_ -= entry->second.footprint;
  share_.give_back(1, entry->second.footprint);
  jobs_.erase(entry);
}

} // namespace mdp::engine
