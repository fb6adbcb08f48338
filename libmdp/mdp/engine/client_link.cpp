#include "mdp/engine/client_link.hpp"

#include <algorithm>
#include <iterator>
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
    return "mdp-status 429 too many open requests";
  case refusal::attempts_used_up:
  case refusal::partials_too_large:
    return "mdp-status 410 request given up";
  case refusal::queue_full:
  case refusal::memory_full:
  case refusal::too_many_services:
    return "mdp-status 503 service overloaded";
  case refusal::stopping:
    return "mdp-status 503 broker is stopping";
  }
  return "mdp-status 503 unavailable";
}

} // namespace

std::string_view to_string(client_end reason) noexcept {
  constexpr std::string_view names[] = {"idle", "unreachable", "dismissed"};
  static_assert(std::size(names) == client_end_count);
  return names[static_cast<std::size_t>(reason)];
}

void client_link::handle(wire::client_request request, wire::protocol_version version,
                         time_point received_at) {
  if (ended_)
    return;
  last_used_ = std::max(last_used_, received_at);
  open_request opened{request.service, std::move(request.path), version, {}, 0, 0};
  if (open_.size() >= config_.window) {
    actions_.push(request_refused{refusal::window_full});
    return answer_status(opened, refusal::window_full);
  }
  const auto id = job_id{self_, next_sequence_++};
  open_.emplace(id.sequence, std::move(opened));
  actions_.push(
    submit_to_service{std::move(request.service),
                      {id, address_, std::move(request.body), received_at + config_.request_ttl}});
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
  if (!hold_back(request, std::move(body)))
    give_up(entry, refusal::partials_too_large);
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
  if (!request.held.empty()) {
    if (!hold_back(request, std::move(body)))
      return give_up(entry, refusal::partials_too_large);
    body = std::move(request.held);
  }
  actions_.push(send_to_client{
    wire::client_final{std::move(request.path), std::move(request.service), std::move(body)},
    request.version});
  open_.erase(entry);
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
  if (now >= next_deadline())
    end(client_end::idle);
}

time_point client_link::next_deadline() const noexcept {
  return ended_ || !open_.empty() ? never : last_used_ + config_.idle_timeout;
}

/// Drops what an earlier attempt left behind.
void client_link::begin_attempt(open_request& request, attempt_number attempt) {
  if (request.attempt == attempt)
    return;
  request.attempt = attempt;
  request.held = {};
  request.held_bytes = 0;
}

/// Puts a piece behind the others; false if that is more than a reply may be.
bool client_link::hold_back(open_request& request, message body) const {
  request.held_bytes += body.footprint();
  if (request.held_bytes > config_.held_partial_bytes ||
      request.held.size() + body.size() > config_.held_partial_frames)
    return false;
  request.held.append(std::move(body));
  return true;
}

void client_link::give_up(open_requests_map::iterator entry, refusal reason) {
  actions_.push(request_refused{reason});
  answer_status(entry->second, reason);
  open_.erase(entry);
}

void client_link::answer_status(const open_request& request, refusal reason) {
  if (config_.status_replies)
    actions_.push(send_to_client{
      wire::client_final{request.path, request.service, message{frame(status_of(reason))}},
      request.version});
}

void client_link::end(client_end reason) {
  for (auto& [sequence, request] : open_)
    actions_.push(cancel_at_service{std::move(request.service), {self_, sequence}});
  open_.clear();
  actions_.push(client_ended{reason});
  ended_ = true;
}

} // namespace mdp::engine
