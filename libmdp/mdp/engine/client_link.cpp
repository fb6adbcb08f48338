#include "mdp/engine/client_link.hpp"

#include "mdp/engine/service_rules.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

namespace mdp::engine {

namespace {

/// The decision table's words for T12.
std::string_view status_of(refusal reason) noexcept {
  switch (reason) {
  case refusal::expired:
    return "mdp-status 408 request expired";
  case refusal::window_full:
  case refusal::client_memory_full:
    return "mdp-status 429 too many open requests";
  case refusal::attempts_used_up:
  case refusal::partials_too_large:
    return "mdp-status 410 request given up";
  case refusal::queue_full:
  case refusal::memory_full:
  case refusal::too_many_services:
    return "mdp-status 503 service overloaded";
  case refusal::broker_full:
  case refusal::broker_memory_full:
    return "mdp-status 503 broker overloaded";
  case refusal::discarded:
    return "mdp-status 403 request discarded";
  case refusal::worker_gone:
    return "mdp-status 404 no such worker";
  case refusal::router_failed:
    return "mdp-status 500 router failed";
  case refusal::router_full:
  case refusal::router_memory_full:
    return "mdp-status 503 router overloaded";
  case refusal::stopping:
    return "mdp-status 503 broker is stopping";
  case refusal::not_allowed:
    return "mdp-status 403 not allowed";
  case refusal::too_fast:
    return "mdp-status 429 too many requests a second";
  }
  return "mdp-status 503 unavailable";
}

} // namespace

std::string_view to_string(client_end reason) noexcept {
  constexpr std::string_view names[] = {"idle", "unreachable", "dismissed"};
  static_assert(std::size(names) == client_end_count);
  return names[static_cast<std::size_t>(reason)];
}

void client_link::handle(wire::client_request&& request, wire::protocol_version version,
                         time_point received_at) {
  if (ended_)
    return;
  ++heard_;
  is_leaving_ = false;
  last_used_ = std::max(last_used_, received_at);
  job asked{
    {self_, next_sequence_}, address_, std::move(request.body), received_at + config_.request_ttl};
  if (config_.rules)
    apply_rules(asked, request.service, received_at);
  asked.user = user_;
  const auto footprint = asked.footprint();
  if (const auto reason = check(request.service, footprint, received_at)) {
    actions_.push(request_refused{*reason});
    return answer_status({std::move(request.service), std::move(request.path), version}, *reason);
  }
  auto service = request.service; // before anything has changed: it may need memory
  auto& opened = open_[next_sequence_++];
  opened.service = std::move(service);
  opened.path = std::move(request.path);
  opened.version = version;
  opened.footprint = footprint;
  footprint_ += footprint;
  auto& out = actions_.add<submit_to_service>();
  out.service = std::move(request.service);
  out.what = std::move(asked);
}

void client_link::apply_rules(job& asked, const std::string& service,
                              time_point received_at) const {
  if (const auto* rule = config_.rules->find(service); rule != nullptr && rule->request_ttl)
    asked.deadline = received_at + *rule->request_ttl;
  asked.urgency = config_.rules->urgency_of(service, address_.text());
}

void client_link::handle_unreachable() {
  if (!ended_)
    end(client_end::unreachable);
}

void client_link::partial(job_id id, message body, time_point now, attempt_number attempt) {
  const auto entry = open_.find(id.sequence);
  if (entry == open_.end()) {
    ++superfluous_;
    return;
  }
  last_used_ = std::max(last_used_, now);
  auto& request = entry->second;
  if (request.version == wire::protocol_version::v0_2) {
    actions_.push(send_to_client{
      wire::client_partial{request.path, request.service, std::move(body)}, request.version});
    return;
  }
  begin_attempt(request, attempt);
  if (const auto reason = hold_back(request, std::move(body)))
    give_up(entry, *reason);
}

void client_link::finish(job_id id, message body, time_point now, attempt_number attempt) {
  const auto entry = open_.find(id.sequence);
  if (entry == open_.end()) {
    ++superfluous_;
    return;
  }
  last_used_ = std::max(last_used_, now);
  auto& request = entry->second;
  begin_attempt(request, attempt);
  if (request.held) {
    if (const auto reason = hold_back(request, std::move(body)))
      return give_up(entry, *reason);
    body = std::move(request.held->body);
  }
  auto& out = actions_.add<send_to_client>();
  out.version = request.version;
  auto& reply = out.command.emplace<wire::client_final>();
  reply.path = std::move(request.path);
  reply.service = std::move(request.service);
  reply.body = std::move(body);
  close(entry);
}

void client_link::refuse(job_id id, refusal reason, time_point now) {
  const auto entry = open_.find(id.sequence);
  if (entry == open_.end())
    return;
  last_used_ = std::max(last_used_, now);
  give_up(entry, reason);
}

void client_link::dismiss() {
  if (!ended_)
    end(client_end::dismissed);
}

void client_link::tick(time_point now) {
  if (now < next_deadline())
    return;
  is_leaving_ = true;
  actions_.push(ask_to_leave{heard_});
}

void client_link::released() {
  if (!ended_)
    end(client_end::idle);
}

time_point client_link::next_deadline() const noexcept {
  return ended_ || is_leaving_ || !open_.empty() ? never : last_used_ + config_.idle_timeout;
}

/// What stands against this request.
std::optional<refusal> client_link::check(const std::string& service, std::size_t bytes,
                                          time_point received_at) const {
  if (access_ && !access_->may_call(service))
    return refusal::not_allowed;
  if (access_ && !access_->take_request(received_at))
    return refusal::too_fast;
  return open_.size() >= config_.window ? refusal::window_full : room_for(bytes);
}

/// What stands against so much more memory.
std::optional<refusal> client_link::room_for(std::size_t bytes) const noexcept {
  if (bytes > config_.max_bytes - std::min(config_.max_bytes, footprint_))
    return refusal::client_memory_full;
  return std::nullopt;
}

/// Drops what an earlier attempt left behind.
void client_link::begin_attempt(open_request& request, attempt_number attempt) {
  if (request.attempt == attempt)
    return;
  request.attempt = attempt;
  forget_held(request);
}

/// Puts a piece behind the others, or says why it may not.
std::optional<refusal> client_link::hold_back(open_request& request, message body) {
  const auto bytes = body.footprint();
  const auto held_bytes = request.held ? request.held->bytes : 0;
  const auto held_frames = request.held ? request.held->body.size() : 0;
  if (held_bytes + bytes > config_.held_partial_bytes ||
      held_frames + body.size() > config_.held_partial_frames)
    return refusal::partials_too_large;
  if (const auto reason = room_for(bytes))
    return reason;
  if (!request.held)
    request.held = std::make_unique<held_parts>();
  if (const auto reason = share_.take(0, bytes))
    return reason;
  request.held->bytes += bytes;
  footprint_ += bytes;
  // As bytes of their own: whoever sent these may wait until nobody holds what they came in, and it
  // would be the reply's end, which only he can send, that lets go of them.
  for (const auto& piece : body)
    request.held->body.append(frame(piece.bytes()));
  return std::nullopt;
}

void client_link::forget_held(open_request& request) noexcept {
  if (!request.held)
    return;
  share_.give_back(0, request.held->bytes);
  footprint_ -= request.held->bytes;
  request.held.reset();
}

void client_link::close(open_requests_map::iterator entry) {
  forget_held(entry->second);
  footprint_ -= entry->second.footprint;
  open_.erase(entry);
}

void client_link::give_up(open_requests_map::iterator entry, refusal reason) {
  actions_.push(request_refused{reason});
  answer_status(entry->second, reason);
  close(entry);
}

void client_link::answer_status(const open_request& request, refusal reason) {
  if (config_.status_replies)
    actions_.push(send_to_client{
      wire::client_final{request.path, request.service, message{frame(status_of(reason))}},
      request.version});
}

void client_link::end(client_end reason) {
  while (!open_.empty()) {
    const auto entry = open_.begin();
    actions_.push(cancel_at_service{std::move(entry->second.service), {self_, entry->first}});
    close(entry);
  }
  actions_.push(client_ended{reason, heard_});
  ended_ = true;
}

} // namespace mdp::engine
