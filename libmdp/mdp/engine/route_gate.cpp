#include "mdp/engine/route_gate.hpp"

#include "mdp/engine/lawful_body.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace mdp::engine {

void route_gate::submit(std::string service, job what, time_point now) {
  const auto id = what.id;
  if (jobs_.contains(id))
    return;
  const auto footprint = what.footprint();
  const auto refuse_new = [&](refusal reason) { actions_.push(refuse_routed{id, reason}); };
  if (is_stopping_)
    return refuse_new(refusal::stopping);
  if (what.deadline <= now)
    return refuse_new(refusal::expired);
  if (const auto full = room_for(1, footprint))
    return refuse_new(*full);
  auto& job = jobs_[id];
  job.service = std::move(service);
  job.asks.footprint = footprint;
  job.queued.what = std::move(what);
  job.queued.order = next_order_++;
  ++undecided_;
  waiting_.add(job.queued);
  ask_more(now);
  if (job.asks.at == stage::waiting) // for longer, perhaps, and among very many
    job.queued.what.body.compact();
  watch_clock(now);
}

bool route_gate::cancel(job_id id, time_point now) {
  const auto entry = jobs_.find(id);
  if (entry == jobs_.end())
    return false;
  if (!entry->second.sent_to.empty())
    actions_.push(cancel_forwarded{entry->second.sent_to, id});
  forget(entry);
  ask_more(now);
  return true;
}

void route_gate::answered(job_id id, attempt_number attempt, bool is_final, message body,
                          sink_id from, time_point now) {
  const auto entry = jobs_.find(id);
  if (entry == jobs_.end() || entry->second.sent_to.empty())
    return; // its client has gone, or it is not there any more
  auto& job = entry->second;
  if (!config_.sees_replies) {
    actions_.push(answer_routed{id, attempt, is_final, std::move(body), from});
    if (is_final)
      forget(entry);
    return;
  }
  const auto footprint = sizeof(reply) + body.footprint();
  if (const auto full = room_for(0, footprint)) {
    if (!is_final)
      actions_.push(cancel_forwarded{job.sent_to, id});
    refuse(entry, *full);
    return ask_more(now);
  }
  auto& added = job.replies.emplace_back();
  added.asks.footprint = footprint;
  added.id = id;
  added.order = next_order_++;
  added.attempt = attempt;
  added.is_final = is_final;
  added.from = from;
  added.answered_by = job.sent_to;
  added.body = std::move(body);
  added.deadline = now + config_.reply_patience;
  ++replies_;
  waiting_replies_.emplace(added.order, &added);
  ask_more(now);
  watch_clock(now);
}

void route_gate::refused(job_id id, refusal reason, time_point now) {
  const auto entry = jobs_.find(id);
  if (entry == jobs_.end() || entry->second.sent_to.empty())
    return;
  refuse(entry, reason);
  ask_more(now);
}

void route_gate::returned(job what, time_point now) {
  const auto entry = jobs_.find(what.id);
  if (entry == jobs_.end() || entry->second.sent_to.empty())
    return;
  auto& job = entry->second;
  const auto footprint = what.footprint();
  if (is_stopping_)
    return refuse(entry, refusal::stopping);
  if (const auto full = room_for(1, footprint))
    return refuse(entry, *full);
  job.sent_to.clear();
  job.asks.footprint = footprint;
  job.queued.what = std::move(what);
  ++undecided_;
  mistake(entry, route_problem::worker_gone);
  ask_more(now);
  watch_clock(now);
}

void route_gate::router_joined(std::uint64_t number, time_point now) {
  if (number <= router_)
    return;
  router_left(router_, now); // should its end be still under way
  router_ = number;
  has_router_ = true;
  ask_more(now);
}

void route_gate::router_left(std::uint64_t number, time_point now) {
  if (number != router_ || !has_router_)
    return;
  has_router_ = false;
  const bool was_alone = in_question_ == 1;
  in_question_ = 0;
  for (const auto& [ticket, whom] : std::exchange(tickets_, {})) {
    const auto entry = jobs_.find(whom.id);
    if (entry == jobs_.end())
      continue; // refused a moment ago, for another question of its own
    auto& asks = whom.answer != nullptr ? whom.answer->asks : entry->second.asks;
    const bool was_in_hand = std::exchange(asks.at, stage::waiting) == stage::asked;
    asks.ticket = {};
    ++counters_.asked_again;
    if (whom.answer != nullptr)
      waiting_replies_.emplace(whom.answer->order, whom.answer);
    else
      waiting_.put_back(entry->second.queued);
    if (was_in_hand && !survives(asks, was_alone))
      refuse(entry, refusal::router_failed);
  }
  watch_clock(now);
}

bool route_gate::survives(question& asks, bool was_alone) {
  suspects_ += asks.is_suspect ? 0 : 1;
  asks.is_suspect = true;
  return !was_alone || ++asks.deaths < config_.deaths;
}

void route_gate::decide(route_ticket ticket, request_verdict verdict, time_point now) {
  const auto asked = tickets_.find(ticket);
  if (asked == tickets_.end() || asked->second.answer != nullptr) {
    ++counters_.late;
    return;
  }
  const auto entry = jobs_.find(asked->second.id);
  auto& job = entry->second;
  clear_suspicion(job.asks);
  if (std::holds_alternative<hold>(verdict.what)) {
    if (std::exchange(job.asks.at, stage::held) == stage::asked)
      --in_question_;
    return ask_more(now);
  }
  take_ticket(job.asks);
  if (verdict.body)
    job.queued.what.body = lawful_body(*std::move(verdict.body));
  carry_out(entry, std::move(verdict.what));
  ask_more(now);
}

void route_gate::decide_reply(route_ticket ticket, reply_verdict verdict, time_point now) {
  const auto asked = tickets_.find(ticket);
  if (asked == tickets_.end() || asked->second.answer == nullptr) {
    ++counters_.late;
    return;
  }
  auto& answer = *asked->second.answer;
  const auto entry = jobs_.find(answer.id);
  clear_suspicion(answer.asks);
  if (std::holds_alternative<hold>(verdict.what)) {
    if (std::exchange(answer.asks.at, stage::held) == stage::asked)
      --in_question_;
    return ask_more(now);
  }
  take_ticket(answer.asks);
  if (verdict.body)
    answer.body = lawful_body(*std::move(verdict.body));
  if (auto* why = std::get_if<discard>(&verdict.what))
    answer.discarded = std::move(why->reason);
  flush_replies(entry);
  ask_more(now);
}

void route_gate::tick(time_point now) {
  waiting_.take_expired(now, [this](queued_job& late) {
    const auto entry = jobs_.find(late.what.id);
    entry->second.asks.at = stage::decided; // it does not wait any more
    refuse(entry, refusal::expired);
  });
  std::vector<job_id> expired;
  for (const auto& [ticket, whom] : tickets_)
    if ((whom.answer != nullptr ? whom.answer->deadline : jobs_.at(whom.id).queued.what.deadline) <=
        now)
      expired.push_back(whom.id);
  for (const auto& [order, answer] : waiting_replies_)
    if (answer->deadline <= now)
      expired.push_back(answer->id);
  for (const auto id : expired)
    if (const auto entry = jobs_.find(id); entry != jobs_.end())
      refuse(entry, refusal::expired);
  next_sweep_ = never;
  ask_more(now);
  watch_clock(now);
}

time_point route_gate::next_deadline() const noexcept {
  return undecided_ > 0 || replies_ > 0 ? next_sweep_ : never;
}

void route_gate::watch_clock(time_point now) noexcept {
  if (next_sweep_ == never && (undecided_ > 0 || replies_ > 0))
    next_sweep_ = now + config_.housekeeping;
}

void route_gate::stop(time_point now) {
  is_stopping_ = true;
  for (auto entry = jobs_.begin(); entry != jobs_.end();) {
    const auto current = entry++;
    if (current->second.sent_to.empty())
      refuse(current, refusal::stopping);
  }
  ask_more(now);
}

void route_gate::close(time_point now) {
  stop(now);
  while (!jobs_.empty())
    refuse(jobs_.begin(), refusal::stopping);
}

bool route_gate::is_stuck() const noexcept {
  return has_router_ && in_question_ < window() && (!waiting_.empty() || !waiting_replies_.empty());
}

} // namespace mdp::engine
