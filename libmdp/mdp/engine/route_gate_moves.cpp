#include "mdp/assert.hpp"
#include "mdp/engine/lawful_body.hpp"
#include "mdp/engine/mmi.hpp"
#include "mdp/engine/route_gate.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/limits.hpp"

#include <algorithm>
#include <utility>

// How a gate moves what it holds: to the router, to services, out.
namespace mdp::engine {

std::optional<refusal> route_gate::room_for(std::size_t requests, std::size_t bytes) {
  if (undecided_ + requests > config_.max_requests)
    return refusal::router_full;
  if (bytes > config_.max_bytes - std::min(config_.max_bytes, bytes_))
    return refusal::router_memory_full;
  if (const auto full = share_.take(requests, bytes))
    return full;
  bytes_ += bytes;
  return std::nullopt;
}

void route_gate::give_back(std::size_t requests, std::size_t bytes) noexcept {
  bytes_ -= bytes;
  share_.give_back(requests, bytes);
}

// -- questions ------------------------------------------------------------------------------------

void route_gate::ask_more(time_point now) {
  while (has_router_ && in_question_ < window()) {
    // Replies first: each is the end of something, and costs memory until then.
    if (!waiting_replies_.empty()) {
      auto* const answer = waiting_replies_.begin()->second;
      waiting_replies_.erase(waiting_replies_.begin());
      ask(*answer);
      continue;
    }
    auto* const next = waiting_.take();
    if (next == nullptr)
      return;
    const auto entry = jobs_.find(next->what.id);
    MDP_ASSERT(entry != jobs_.end());
    if (next->what.deadline <= now) {
      entry->second.asks.at = stage::decided;
      refuse(entry, refusal::expired);
      continue;
    }
    ask(entry->second);
  }
}

void route_gate::ask(routed_job& job) {
  const auto& what = job.queued.what;
  give_ticket(job.asks, {what.id, nullptr});
  actions_.push(ask_about_request{{job.asks.ticket, job.service, what.client_address,
                                   std::string(what.user.text()), what.body, what.deadline,
                                   what.attempts, job.problem}});
}

void route_gate::ask(reply& answer) {
  give_ticket(answer.asks, {answer.id, &answer});
  const auto& job = jobs_.at(answer.id);
  actions_.push(ask_about_reply{{answer.asks.ticket,
                                 job.service,
                                 answer.answered_by,
                                 job.queued.what.client_address,
                                 std::string(job.queued.what.user.text()),
                                 {},
                                 answer.body,
                                 answer.is_final,
                                 answer.attempt},
                                answer.from});
}

void route_gate::give_ticket(question& asks, asked_about whom) {
  asks.at = stage::asked;
  asks.ticket = {++last_ticket_};
  tickets_.emplace(asks.ticket, whom);
  ++in_question_;
  ++counters_.asked;
}

void route_gate::take_ticket(question& asks) {
  in_question_ -= asks.at == stage::asked ? 1 : 0;
  tickets_.erase(asks.ticket);
  asks.at = stage::decided;
}

void route_gate::clear_suspicion(question& asks) noexcept {
  suspects_ -= std::exchange(asks.is_suspect, false) ? 1 : 0;
  asks.deaths = 0;
}

// -- verdicts -------------------------------------------------------------------------------------

void route_gate::carry_out(job_map::iterator entry, request_verdict::decision what) {
  auto& job = entry->second;
  std::visit(
    overload{
      [&](const forward_on&) {
        count(route_outcome::forwarded);
        send_to_service(job, job.service);
      },
      [&](forward_to& other) {
        if (is_reserved_service(other.service) ||
            wire::check_service_name(other.service, wire::limits{}))
          return mistake(entry, route_problem::bad_service);
        count(route_outcome::renamed);
        send_to_service(job, std::move(other.service));
      },
      [&](give_to_worker& where) {
        if (is_reserved_service(where.service) ||
            (!where.service.empty() && wire::check_service_name(where.service, wire::limits{})))
          return mistake(entry, route_problem::bad_service);
        if (where.routing_id.empty()) // of those inside the process there is none to name
          return mistake(entry, route_problem::worker_gone);
        count(route_outcome::to_worker);
        send_to_one(job, std::move(where));
      },
      [&](reply_with& reply) {
        count(route_outcome::answered);
        const auto& asked = job.queued.what;
        actions_.push(answer_routed{
          asked.id, asked.attempts + 1, true, lawful_body(std::move(reply.body)), {}});
        forget(entry);
      },
      [&](discard& why) {
        count(route_outcome::discarded);
        actions_.push(note_discarded{std::move(why.reason)});
        refuse(entry, refusal::discarded);
      },
      [](const hold&) {},
    },
    what);
}

job route_gate::take_for_service(routed_job& job, const std::string& service) {
  job.sent_to = service;
  --undecided_;
  give_back(1, std::exchange(job.asks.footprint, 0));
  auto& kept = job.queued.what;
  auto body = std::exchange(kept.body, {});
  auto what = kept;
  what.body = std::move(body);
  return what;
}

void route_gate::send_to_service(routed_job& job, std::string service) {
  auto what = take_for_service(job, service);
  actions_.push(forward_request{std::move(service), std::move(what)});
}

void route_gate::send_to_one(routed_job& job, give_to_worker where) {
  auto service = where.service.empty() ? job.service : std::move(where.service);
  auto what = take_for_service(job, service);
  actions_.push(forward_to_one{std::move(service), std::move(what), std::move(where.routing_id)});
}

void route_gate::mistake(job_map::iterator entry, route_problem problem) {
  ++counters_.mistakes;
  auto& job = entry->second;
  if (++job.mistakes >= config_.mistakes)
    return refuse(entry, problem == route_problem::worker_gone ? refusal::worker_gone
                                                               : refusal::router_failed);
  job.problem = problem;
  job.asks.at = stage::waiting;
  waiting_.put_back(job.queued);
}

void route_gate::flush_replies(job_map::iterator entry) {
  auto& replies = entry->second.replies;
  while (!replies.empty() && replies.front().asks.at == stage::decided) {
    auto answer = std::move(replies.front());
    forget_reply(answer);
    replies.pop_front();
    if (answer.discarded) {
      actions_.push(note_discarded{*std::move(answer.discarded)});
      if (!answer.is_final)
        continue;
      return refuse(entry, refusal::discarded);
    }
    actions_.push(answer_routed{answer.id, answer.attempt, answer.is_final, std::move(answer.body),
                                answer.from});
    if (answer.is_final)
      return forget(entry);
  }
}

// -- out ------------------------------------------------------------------------------------------

void route_gate::forget_reply(reply& answer) {
  if (answer.asks.at == stage::waiting)
    waiting_replies_.erase(answer.order);
  else if (answer.asks.at != stage::decided) {
    actions_.push(withdraw_question_of_route{answer.asks.ticket});
    take_ticket(answer.asks);
  }
  clear_suspicion(answer.asks);
  give_back(0, answer.asks.footprint);
  --replies_;
}

void route_gate::refuse(job_map::iterator entry, refusal reason) {
  actions_.push(refuse_routed{entry->first, reason});
  forget(entry);
}

void route_gate::forget(job_map::iterator entry) {
  auto& job = entry->second;
  for (auto& answer : job.replies)
    forget_reply(answer);
  if (job.sent_to.empty()) {
    if (job.asks.at == stage::waiting)
      waiting_.remove(job.queued);
    else if (job.asks.at != stage::decided) {
      actions_.push(withdraw_question_of_route{job.asks.ticket});
      take_ticket(job.asks);
    }
    clear_suspicion(job.asks);
    --undecided_;
    give_back(1, job.asks.footprint);
  }
  jobs_.erase(entry);
}

} // namespace mdp::engine
