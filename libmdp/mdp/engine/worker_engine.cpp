#include "mdp/engine/worker_engine.hpp"

#include "mdp/assert.hpp"
#include "mdp/engine/lawful_body.hpp"

#include <algorithm>
#include <iterator>

namespace mdp::engine {

std::string_view to_string(conversation_end reason) noexcept {
  constexpr std::string_view names[] = {"disconnected", "broker_lost", "invalid_broker",
                                        "drained",      "overrun",     "abandoned"};
  static_assert(std::size(names) == static_cast<std::size_t>(conversation_end::abandoned) + 1);
  return names[static_cast<std::size_t>(reason)];
}

worker_engine::worker_engine(worker_engine_config config, std::uint64_t conversation)
    : config_(std::move(config)),
      conversation_(conversation),
      beats_(config_.heartbeat, time_point{}) {
  MDP_ASSERT(config_.capacity >= 1 && config_.capacity <= defaults::max_worker_capacity);
}

void worker_engine::set_load(std::uint32_t thousandths) noexcept {
  load_ = std::min(thousandths, defaults::max_load);
}

void worker_engine::start(time_point now) {
  MDP_ASSERT(state_ == state::fresh);
  state_ = state::open; // 7-26: nothing answers a READY
  started_ = heard_ = now;
  beats_ = liveness(config_.heartbeat, now);
  const bool announced = config_.announce_capacity && config_.capacity > 1;
  say(wire::worker_ready{config_.service, announced ? config_.capacity : 1, announced,
                         config_.says_load ? std::optional(load_) : std::nullopt, config_.asks_user,
                         config_.key},
      now);
}

void worker_engine::handle(wire::to_worker command, time_point received_at) {
  if (state_ == state::ended) {
    ++counters_.late_messages;
    return;
  }
  if (std::holds_alternative<wire::disconnect>(command)) {
    end(conversation_end::disconnected); // 7-32: and not a word more
    return;
  }
  if (state_ == state::fresh) {
    handle_invalid(received_at);
    return;
  }
  heard_ = std::max(heard_, received_at);
  beats_.heard(received_at); // 7-36: whatever it was
  if (auto* request = std::get_if<wire::worker_request>(&command))
    take_request(std::move(*request), received_at);
  else if (config_.says_load && std::get<wire::heartbeat>(command).asks_load && load_due_ == never)
    load_due_ = received_at;
}

void worker_engine::take_request(wire::worker_request command, time_point now) {
  if (command.user && !config_.asks_user) { // 7-31: REQUEST has no such frame in the RFCs
    handle_invalid(now);
    return;
  }
  if (requests_.size() + untaken_ >= config_.capacity) { // 7-5
    ++counters_.surplus_requests;
    leave(conversation_end::invalid_broker, now);
    return;
  }
  if (state_ == state::draining) {
    ++untaken_;
    ++counters_.untaken_requests;
    return;
  }
  const auto sequence = ++last_sequence_;
  requests_.emplace(sequence, held_request{std::move(command.address), {}, 0});
  actions_.push(work{{conversation_, sequence},
                     std::move(command.body),
                     command.user ? *std::move(command.user) : frame()});
}

void worker_engine::handle_invalid(time_point now) {
  if (state_ == state::ended) {
    ++counters_.late_messages;
    return;
  }
  ++counters_.invalid_messages;
  leave(conversation_end::invalid_broker, now); // 7-31
}

reply_status worker_engine::partial(request_number number, message body, time_point now) {
  const auto it = find(number);
  if (it == requests_.end())
    return refuse();
  beats_.looked(now);
  body = lawful_body(std::move(body));
  if (config_.version == wire::protocol_version::v0_2)
    say(wire::worker_partial{it->second.address, std::move(body)}, now);
  else if (!collect(it->second, std::move(body)))
    return overrun(now);
  return reply_status::accepted;
}

reply_status worker_engine::finish(request_number number, message body, time_point now) {
  const auto it = find(number);
  if (it == requests_.end())
    return refuse();
  beats_.looked(now);
  body = lawful_body(std::move(body));
  auto& request = it->second;
  if (!request.collected.empty()) {
    if (!collect(request, std::move(body)))
      return overrun(now);
    body = std::move(request.collected);
  }
  say(wire::worker_final{std::move(request.address), std::move(body)}, now);
  requests_.erase(it);
  if (state_ == state::draining && requests_.empty())
    leave(conversation_end::drained, now);
  return reply_status::accepted;
}

void worker_engine::tick(time_point now) {
  if (!is_talking())
    return;
  beats_.looked(now); // T10
  if (beats_.is_lost(now))
    leave(conversation_end::broker_lost, now); // 7-39
  else if (beats_.is_beat_due(now) || now >= load_due_)
    say(beat(now), now); // 7-38, with requests in hand as well (T1)
}

void worker_engine::drain(time_point now) {
  if (state_ == state::ended)
    return;
  if (requests_.empty())
    leave(conversation_end::drained, now);
  else
    state_ = state::draining;
}

void worker_engine::abandon(time_point now) {
  if (state_ != state::ended)
    leave(conversation_end::abandoned, now);
}

time_point worker_engine::next_deadline() const noexcept {
  return is_talking() ? std::min(beats_.next_deadline(), load_due_) : never;
}

wire::heartbeat worker_engine::beat(time_point now) {
  if (load_due_ == never)
    return {};
  load_due_ = now + config_.heartbeat.interval;
  return {.load = load_};
}

worker_engine::held_requests::iterator worker_engine::find(request_number number) {
  return number.conversation == conversation_ ? requests_.find(number.sequence) : requests_.end();
}

reply_status worker_engine::refuse() {
  ++counters_.refused_replies;
  return state_ == state::ended ? reply_status::conversation_over : reply_status::unknown_request;
}

bool worker_engine::collect(held_request& request, message body) const {
  request.collected_bytes += body.footprint();
  if (request.collected_bytes > config_.held_partial_bytes ||
      request.collected.size() + body.size() > config_.held_partial_frames)
    return false;
  request.collected.append(std::move(body));
  return true;
}

reply_status worker_engine::overrun(time_point now) {
  ++counters_.overrun_replies;
  leave(conversation_end::overrun, now);
  return reply_status::overrun;
}

void worker_engine::say(wire::from_worker command, time_point now) {
  MDP_ASSERT(is_talking());
  actions_.push(send{std::move(command)});
  beats_.sent(now); // 7-37: takes the place of a heartbeat
}

void worker_engine::leave(conversation_end reason, time_point now) {
  if (is_talking()) // a broker we never spoke to need not hear that we go
    say(wire::disconnect{}, now);
  end(reason);
}

void worker_engine::end(conversation_end reason) {
  state_ = state::ended;
  counters_.lost_requests += requests_.size();
  requests_.clear();
  actions_.push(ended{reason, heard_ - started_});
}

} // namespace mdp::engine
