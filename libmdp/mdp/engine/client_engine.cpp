#include "mdp/engine/client_engine.hpp"

#include "mdp/assert.hpp"
#include "mdp/engine/envelope_number.hpp"
#include "mdp/overload.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mdp::engine {

namespace {

/// Later than `now` by `wait`, which may be as long as somebody likes.
time_point later(time_point now, duration wait) noexcept {
  return wait > never - now ? never : now + wait;
}

} // namespace

std::string_view to_string(request_failure reason) noexcept {
  constexpr std::string_view names[] = {
    "timed_out",  "deadline_passed", "broker_lost",  "stream_broken", "cancelled",
    "overloaded", "bad_request",     "wrong_thread", "refused",       "no_handshake"};
  static_assert(std::size(names) == static_cast<std::size_t>(request_failure::no_handshake) + 1);
  return names[static_cast<std::size_t>(reason)];
}

client_engine::client_engine(const client_engine_config& config)
    : config_(config),
      choice_(config.brokers, config.pauses, config.seed),
      brokers_(config.brokers) {
  MDP_ASSERT(config.window >= 1);
  MDP_ASSERT(config.max_lanes >= 1);
}

void client_engine::start(request_id id, client_question what, const request_terms& how,
                          time_point now) {
  MDP_ASSERT(how.timeout > duration::zero() && how.attempts >= 1);
  if (now >= what.deadline) { // nobody waits for it any more: not worth a worker's time
    actions_.push(failed{id, request_failure::deadline_passed});
    return;
  }
  const auto [entry, is_new] = requests_.try_emplace(id);
  MDP_ASSERT(is_new);
  auto& request = entry->second;
  request.what = std::move(what);
  if (request.what.body.empty())
    request.what.body.append(frame{});
  request.how = how;
  begin_attempt(id, request, choice_.current(), now);
  serve(request.broker, now);
}

void client_engine::begin_attempt(request_id id, open_request& request, std::size_t broker,
                                  time_point now) {
  ++request.attempt;
  request.broker = broker;
  request.attempt_ends = later(now, request.how.timeout);
  auto& there = brokers_[broker];
  note_request(there, id);
  (request.how.alone ? there.waiting_alone : there.waiting).insert(id);
  set_alarm(id, request);
}

void client_engine::set_alarm(request_id id, open_request& request) {
  const auto alarm = std::min(request.attempt_ends, request.what.deadline);
  if (alarm == request.alarm)
    return;
  alarms_.erase({request.alarm, id});
  request.alarm = alarm;
  if (alarm != never)
    alarms_.insert({alarm, id});
}

void client_engine::handle(line_id id, wire::to_client reply, time_point received_at) {
  const auto entry = lines_.find(id);
  if (entry == lines_.end()) {
    ++counters_.unexpected_replies;
    return;
  }
  auto& at = entry->second;
  ++at.heard;
  const auto broker = at.broker;
  if (at.kind == line_kind::asking) {
    on_version(id, reply, received_at);
  } else {
    const bool is_final = std::holds_alternative<wire::client_final>(reply);
    std::visit(
      [&](auto& said) {
        const auto which = addressee(at, said.path, is_final);
        if (!which)
          return;
        const bool is_known_word = is_final || config_.version == wire::protocol_version::v0_2;
        if (said.service == requests_.at(*which).what.service && is_known_word)
          on_reply(*which, std::move(said.body), is_final, received_at);
        else
          ++counters_.unexpected_replies;
      },
      reply);
  }
  on_alive(broker, received_at);
  serve_all(received_at);
}

std::optional<request_id> client_engine::addressee(line& at, const wire::return_path& path,
                                                   bool is_final) {
  if (at.kind == line_kind::lane) {
    // A lane sends no address frames, so a reply that carries some answers somebody else.
    if (path.address.empty())
      return at.open.begin()->second;
  } else if (const auto number = read_number(path)) {
    if (const auto open = at.open.find(*number); open != at.open.end())
      return open->second;
    if (at.abandoned.contains(*number)) {
      ++counters_.late_replies;
      if (is_final)
        at.abandoned.erase(*number);
      return std::nullopt;
    }
  }
  ++counters_.unexpected_replies;
  return std::nullopt;
}

void client_engine::on_reply(request_id id, message body, bool is_final, time_point now) {
  if (is_final)
    return end(id, finished{id, std::move(body)}, true, now);
  auto& request = requests_.at(id);
  request.has_parts = true;
  if (!request.is_held) {
    request.attempt_ends = std::max(request.attempt_ends, later(now, request.how.timeout));
    set_alarm(id, request);
  }
  actions_.push(partial{id, std::move(body)});
}

void client_engine::end(request_id id, action news, bool is_answered, time_point now) {
  auto& request = requests_.at(id);
  leave_line(id, request, is_answered, now);
  alarms_.erase({request.alarm, id});
  requests_.erase(id);
  actions_.push(std::move(news));
}

void client_engine::leave_line(request_id id, open_request& request, bool is_answered,
                               time_point now) {
  if (!request.line) {
    auto& there = brokers_[request.broker];
    (request.how.alone ? there.waiting_alone : there.waiting).erase(id);
    return;
  }
  const auto number = *std::exchange(request.line, std::nullopt);
  auto& at = lines_.at(number);
  at.open.erase(request.number);
  if (at.kind == line_kind::lane)
    return close_line(number);
  if (!is_answered)
    at.abandoned.insert(request.number);
  if (at.is_retiring) {
    if (at.open.empty())
      close_line(number);
  } else if (2 * at.abandoned.size() > config_.window) {
    retire(at.broker, now);
  }
}

void client_engine::on_alarm(request_id id, time_point now) {
  auto& request = requests_.at(id);
  if (now >= request.what.deadline)
    return end(id, failed{id, request_failure::deadline_passed}, false, now);
  const auto broker = request.broker;
  const bool was_sent = request.line.has_value();
  const bool was_silent = was_sent && lines_.at(*request.line).heard == request.heard_before;
  leave_line(id, request, false, now);
  if (was_silent)
    on_broker_failed(broker, now);
  ask_again(id, was_sent ? choice_.after(broker) : choice_.current(), request_failure::timed_out,
            now);
}

/// The request is on no line and waits for none.
void client_engine::ask_again(request_id id, std::size_t broker, request_failure otherwise,
                              time_point now) {
  auto& request = requests_.at(id);
  if (request.has_parts && !request.how.restart)
    return end(id, failed{id, request_failure::stream_broken}, false, now);
  if (request.attempt >= request.how.attempts) {
    const auto& shut = brokers_[request.broker].shut;
    return end(id, failed{id, shut.value_or(otherwise)}, false, now);
  }
  if (std::exchange(request.has_parts, false))
    actions_.push(restarted{id});
  request.is_held = false;
  ++counters_.retries;
  begin_attempt(id, request, broker, now);
}

std::optional<line_id> client_engine::hold(request_id id) {
  const auto entry = requests_.find(id);
  if (entry == requests_.end() || !entry->second.how.alone || !entry->second.line)
    return std::nullopt;
  entry->second.is_held = true;
  entry->second.attempt_ends = never;
  set_alarm(id, entry->second);
  return entry->second.line;
}

void client_engine::go_on(request_id id, time_point now) {
  const auto entry = requests_.find(id);
  if (entry == requests_.end() || !std::exchange(entry->second.is_held, false))
    return;
  entry->second.attempt_ends = later(now, entry->second.how.timeout);
  set_alarm(id, entry->second);
}

void client_engine::cancel(request_id id, time_point now) {
  if (!requests_.contains(id))
    return;
  end(id, failed{id, request_failure::cancelled}, false, now);
  serve_all(now);
}

void client_engine::cancel_all() {
  for (const auto& [id, unused] : lines_)
    actions_.push(close{id});
  std::set<request_id> in_order;
  for (const auto& [id, unused] : requests_)
    in_order.insert(id);
  for (const auto id : in_order)
    actions_.push(failed{id, request_failure::cancelled});
  lines_.clear();
  requests_.clear();
  alarms_.clear();
  brokers_.assign(config_.brokers, {});
  lanes_ = 0;
}

void client_engine::tick(time_point now) {
  while (!alarms_.empty() && alarms_.begin()->first <= now)
    on_alarm(alarms_.begin()->second, now);
  look_for_first(now);
  serve_all(now);
}

time_point client_engine::next_deadline() const noexcept {
  auto next = alarms_.empty() ? never : alarms_.begin()->first;
  for (const auto& broker : brokers_)
    next = std::min(next, broker.wake);
  return std::min(next, look_for_first_at());
}

} // namespace mdp::engine
