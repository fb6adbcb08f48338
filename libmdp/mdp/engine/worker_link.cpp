#include "mdp/engine/worker_link.hpp"

#include "mdp/assert.hpp"
#include "mdp/engine/access_defaults.hpp"
#include "mdp/engine/mmi.hpp"
#include "mdp/overload.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mdp::engine {

std::string_view to_string(worker_end reason) noexcept {
  constexpr std::string_view names[] = {"left",    "unexpected",  "reserved_service",
                                        "invalid", "unreachable", "silent",
                                        "overdue", "dismissed",   "not_allowed"};
  static_assert(std::size(names) == worker_end_count);
  return names[static_cast<std::size_t>(reason)];
}

void worker_link::handle(wire::from_worker&& command, time_point received_at) {
  if (has_ended())
    return;
  ++heard_;
  beats_.heard(received_at); // 7-36: any command counts
  if (state_ == state::refused) {
    if (std::holds_alternative<wire::disconnect>(command))
      end(worker_end::left, false);
    return;
  }
  if (!is_ready() && !std::holds_alternative<wire::worker_ready>(command))
    return end(std::holds_alternative<wire::disconnect>(command) ? worker_end::left
                                                                 : worker_end::unexpected,
               !std::holds_alternative<wire::disconnect>(command)); // 7-27, 7-30
  std::visit(
    overload{
      [&](wire::worker_ready& ready) { on_ready(std::move(ready), received_at); },
      [&](wire::worker_partial& part) {
        held_.continued(part.address, received_at);
        on_answer(part.address, std::move(part.body), false); // 18-12: stays busy
      },
      [&](wire::worker_final& reply) { on_answer(reply.address, std::move(reply.body), true); },
      [&](const wire::heartbeat& beat) { on_heartbeat(beat, received_at); },
      [&](wire::disconnect) { end(worker_end::left, false); }, // 7-28
    },
    command);
}

void worker_link::handle_invalid() {
  if (!has_ended())
    end(worker_end::invalid, true); // 7-31
}

void worker_link::handle_unreachable(std::uint64_t first_undelivered) {
  if (!has_ended())
    end(worker_end::unreachable, false, held_.sent_since(first_undelivered));
}

template <class Command>
Command& worker_link::say(time_point now) {
  beats_.sent(now); // 7-37: any command takes the place of a heartbeat
  auto& out = actions_.add<send_to_worker>();
  out.number = ++sent_;
  return out.command.emplace<Command>();
}

void worker_link::assign(held_job job, const frame& client_address, message body, time_point now,
                         const frame& user) {
  if (has_ended())
    return;
  MDP_ASSERT(is_ready() && held_.size() < capacity_);
  if (held_.empty()) {
    busy_since_ = now;
    work_beats_ = 0;
  }
  job.sent_as = sent_ + 1;
  job.since = now;
  answers_due_ = std::min(answers_due_, now + config_.answer_timeout);
  auto address = held_.add(job, client_address);
  auto& request = say<wire::worker_request>(now);
  request.address = std::move(address);
  request.body = std::move(body);
  if (asks_user_)
    request.user = user;
}

void worker_link::probe(time_point now) {
  if (is_ready() && !held_.empty())
    say<wire::heartbeat>(now).asks_load = says_load_;
}

void worker_link::dismiss() {
  if (!has_ended())
    end(worker_end::dismissed, true);
}

void worker_link::tick(time_point now) {
  if (has_ended())
    return;
  beats_.looked(now);
  if (now >= refused_until_)
    return end(worker_end::not_allowed, true);
  if (beats_.is_lost(now, patience()))
    return end(worker_end::silent, is_ready()); // 7-39; the word is for one that was only slow
  if (now >= answers_due_)
    look_for_overdue(now);
  if (is_ready() && beats_.is_beat_due(now))
    say<wire::heartbeat>(now).asks_load = says_load_; // 7-38, to busy workers too
}

time_point worker_link::next_deadline() const noexcept {
  if (has_ended())
    return never;
  if (state_ == state::refused)
    return refused_until_;
  // Before READY it is not our turn to speak.
  return is_ready() ? std::min(beats_.next_deadline(patience()), answers_due_)
                    : beats_.last_heard() + patience();
}

/// Looks at all requests, once in an answer's time at most: to keep them in order would cost more, and
/// each request would pay for it.
void worker_link::look_for_overdue(time_point now) {
  const auto oldest = held_.oldest();
  answers_due_ = oldest ? *oldest + config_.answer_timeout : never;
  if (now >= answers_due_)
    end(worker_end::overdue, true);
}

void worker_link::on_ready(wire::worker_ready command, time_point received_at) {
  if (is_ready())
    return end(worker_end::unexpected, true); // 7-24
  if (is_reserved_service(command.service))
    return end(worker_end::reserved_service, true); // 8-2
  if (access_ && !access_->may_serve(command.service)) {
    state_ = state::refused;
    refused_until_ = received_at + defaults::access_refusal_delay;
    actions_.push(registration_refused{std::move(command.service)});
    return;
  }
  state_ = state::ready;
  capacity_ = std::min(command.capacity, config_.max_capacity);
  if (command.announced_capacity)
    held_ = outstanding_jobs(true);
  beats_at_work_ = command.announced_capacity;
  says_load_ = command.load.has_value();
  asks_user_ = command.asks_user;
  // 7-25: no answer to READY
  actions_.push(
    offer_service{std::move(command.service), capacity_, command.load, std::move(command.key)});
}

void worker_link::on_heartbeat(const wire::heartbeat& beat, time_point received_at) {
  note_beat_at_work(received_at);
  if (!beat.load)
    return;
  if (!says_load_)
    return end(worker_end::invalid, true); // 7-31: HEARTBEAT has no such frame in the RFCs
  actions_.push(worker_load{*beat.load});
}

/// One beat proves nothing: it may have been on its way when the request was, or be the first thing
/// that a worker says which had slept over it.
void worker_link::note_beat_at_work(time_point received_at) {
  constexpr std::uint32_t proof = 2;
  if (!held_.empty() && received_at - busy_since_ >= config_.heartbeat.interval)
    beats_at_work_ = beats_at_work_ || ++work_beats_ >= proof;
}

void worker_link::on_answer(const frame& address, message body, bool is_final) {
  const auto job = is_final ? held_.take(address) : held_.find(address);
  if (!job)
    return end(worker_end::unexpected, true); // 18-13: idle, or another client's address
  auto& answer = actions_.add<worker_answer>();
  answer.id = job->id;
  answer.attempt = job->attempt;
  answer.is_final = is_final;
  answer.body = std::move(body);
}

void worker_link::end(worker_end reason, bool tell_worker, std::vector<job_id> undelivered) {
  if (tell_worker)
    actions_.push(send_to_worker{wire::disconnect{}, ++sent_});
  actions_.push(worker_ended{reason, std::move(undelivered), heard_});
  state_ = state::ended;
}

duration worker_link::patience() const noexcept {
  const auto usual = config_.heartbeat.patience();
  const bool may_be_silent =
    config_.busy == busy_policy::lenient && !held_.empty() && !beats_at_work_;
  return may_be_silent ? std::max<duration>(usual, config_.busy_timeout) : usual;
}

} // namespace mdp::engine
