#include "mdp/engine/client_engine.hpp"

#include "mdp/assert.hpp"
#include "mdp/overload.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mdp::engine {

std::string_view to_string(request_failure reason) noexcept {
  constexpr std::string_view names[] = {"timed_out", "deadline_passed", "stream_broken",
                                        "cancelled"};
  static_assert(std::size(names) == static_cast<std::size_t>(request_failure::cancelled) + 1);
  return names[static_cast<std::size_t>(reason)];
}

client_engine::client_engine(const client_engine_config& config) : config_(config) {
  MDP_ASSERT(config.timeout > duration::zero());
  MDP_ASSERT(config.attempts >= 1);
}

void client_engine::start(request what, time_point now) {
  MDP_ASSERT(is_idle());
  if (now >= what.deadline) { // nobody waits for it any more: not worth a worker's time
    actions_.push(failed{request_failure::deadline_passed});
    return;
  }
  request_ = std::move(what);
  if (request_.body.empty())
    request_.body.append(frame{});
  ask(now);
}

void client_engine::handle(wire::to_client reply, time_point received_at) {
  std::visit(overload{
               [&](wire::client_partial& part) { on_partial(std::move(part), received_at); },
               [&](wire::client_final& last) { on_final(std::move(last)); },
             },
             reply);
}

void client_engine::on_partial(wire::client_partial reply, time_point now) {
  if (!is_expected(reply.path, reply.service) ||
      config_.version == wire::protocol_version::v0_1) { // which has no such command
    ++counters_.unexpected_replies;
    return;
  }
  state_ = state::streaming;
  attempt_ends_ = std::max(attempt_ends_, now + config_.timeout);
  actions_.push(partial{std::move(reply.body)});
}

void client_engine::on_final(wire::client_final reply) {
  if (!is_expected(reply.path, reply.service)) {
    ++counters_.unexpected_replies;
    return;
  }
  become_idle();
  actions_.push(finished{std::move(reply.body)});
}

void client_engine::tick(time_point now) {
  if (is_idle())
    return;
  if (now >= request_.deadline)
    give_up(request_failure::deadline_passed);
  else if (now >= attempt_ends_)
    on_attempt_over(now);
}

void client_engine::cancel() {
  if (!is_idle())
    give_up(request_failure::cancelled);
}

time_point client_engine::next_deadline() const noexcept {
  return is_idle() ? never : std::min(attempt_ends_, request_.deadline);
}

bool client_engine::is_expected(const wire::return_path& path,
                                std::string_view service) const noexcept {
  // A lane sends no address frames, so a reply that carries some answers somebody else.
  return !is_idle() && path.address.empty() && service == request_.service;
}

void client_engine::ask(time_point now) {
  state_ = state::waiting;
  ++attempt_;
  attempt_ends_ = now + config_.timeout;
  actions_.push(send{{{}, request_.service, request_.body}}); // a copy: there may be a next attempt
}

void client_engine::on_attempt_over(time_point now) {
  if (state_ == state::streaming && !config_.restart_streams)
    return give_up(request_failure::stream_broken);
  if (attempt_ >= config_.attempts)
    return give_up(request_failure::timed_out);
  if (state_ == state::streaming)
    actions_.push(restarted{});
  ++counters_.retries;
  actions_.push(reconnect{}); // 7-10: whatever is still under way to the old socket is lost with it
  ask(now);
}

void client_engine::give_up(request_failure reason) {
  become_idle();
  actions_.push(reconnect{});
  actions_.push(failed{reason});
}

void client_engine::become_idle() {
  state_ = state::idle;
  request_ = {}; // frees the body
  attempt_ = 0;
  attempt_ends_ = never;
}

} // namespace mdp::engine
