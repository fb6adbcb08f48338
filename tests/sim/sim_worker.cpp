#include "sim/sim_worker.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/pieces.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace mdp::sim {

using state = engine::worker_engine::state;

sim_worker::sim_worker(const surroundings& around, worker_traits traits, host_number host,
                       dice chance)
    : process(chance.between(std::chrono::hours(1), std::chrono::hours(1000))),
      around_(around),
      traits_(std::move(traits)),
      host_(host),
      chance_(chance),
      pauses_(traits_.backoff, chance_.roll()) {}

time_point sim_worker::next_event() const {
  auto next = engine_ ? never : begins_at_;
  for (const auto& each : works_)
    next = std::min(next, in_world(each.due));
  if (engine_ && !is_absorbed()) {
    next = std::min(next, in_world(engine_->next_deadline()));
    if (around_.net.has_input(*socket_))
      next = {};
  }
  return when_awake(next);
}

void sim_worker::turn(time_point now) {
  if (is_frozen(now))
    return;
  go_on_working(now);
  if (is_absorbed())
    return;
  if (!engine_ && begins_at_ <= now)
    begin(now);
  // After a sleep either may come first: the socket's news, or the timer.
  const bool reads_first = chance_.chance(0.5);
  if (reads_first)
    read(now);
  if (engine_ && engine_->next_deadline() <= local(now)) {
    engine_->set_load(static_cast<std::uint32_t>(100 * engine_->in_flight()));
    engine_->tick(local(now));
    carry_out(now);
  }
  if (!reads_first)
    read(now);
}

void sim_worker::begin(time_point now) {
  socket_ = around_.net.open(host_, traits_.name, now);
  engine_.emplace(traits_.engine, ++last_conversation_);
  ++counters_.conversations;
  engine_->start(local(now));
  carry_out(now);
}

void sim_worker::read(time_point now) {
  while (engine_ && !is_absorbed()) {
    auto frames = around_.net.receive(*socket_);
    if (!frames)
      return;
    if (auto command = wire::decode_at_worker(*std::move(frames), traits_.engine.version, {})) {
      const bool is_goodbye = std::holds_alternative<wire::disconnect>(*command);
      engine_->handle(*std::move(command), local(now));
      around_.findings.require(!is_goodbye || !is_talking(), [&] {
        return "worker " + std::to_string(host_) + " goes on after a DISCONNECT (7-32)";
      });
    } else
      engine_->handle_invalid(local(now));
    carry_out(now);
  }
}

void sim_worker::go_on_working(time_point now) {
  for (std::size_t i = 0; i < works_.size();) {
    auto& current = works_[i];
    if (current.due > local(now)) {
      ++i;
      continue;
    }
    const bool is_last = current.said == current.partials;
    auto status = engine::reply_status::conversation_over;
    if (engine_ && is_last)
      status = engine_->finish(
        current.number, last_of_reply(current.request, current.name, current.partials), local(now));
    else if (engine_)
      status = engine_->partial(
        current.number, part_of_reply(current.request, current.name, current.said), local(now));
    ++current.said;
    current.due = local(now) + chance_.between(traits_.work_min, traits_.work_max);
    if (status != engine::reply_status::accepted)
      ++counters_.void_results;
    if (is_last || status != engine::reply_status::accepted)
      works_.erase(works_.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
    carry_out(now);
  }
}

void sim_worker::take(engine::worker_engine::work request, time_point now) {
  ++counters_.works;
  const auto name = std::to_string(host_) + ":" + std::to_string(counters_.works);
  works_.push_back({request.number, request.body[0], name,
                    static_cast<std::size_t>(chance_.below(traits_.max_partials + 1)), 0,
                    local(now) + chance_.between(traits_.work_min, traits_.work_max)});
}

void sim_worker::carry_out(time_point now) {
  if (!engine_)
    return;
  std::optional<engine::worker_engine::ended> over;
  engine_->actions().drain([&](engine::worker_engine::action&& action) {
    std::visit(overload{
                 [&](engine::worker_engine::send& out) {
                   last_said_ = now;
                   around_.net.send(*socket_,
                                    encode(std::move(out.command), traits_.engine.version), now);
                 },
                 [&](engine::worker_engine::work& request) { take(std::move(request), now); },
                 [&](const engine::worker_engine::ended& news) { over = news; },
               },
               action);
  });
  if (over)
    end(*over, now);
}

void sim_worker::end(const engine::worker_engine::ended& news, time_point now) {
  around_.events.note([&] {
    return "worker " + std::to_string(host_) + ": the conversation is over, " +
           std::string(to_string(news.reason));
  });
  const auto& counted = engine_->counters();
  around_.findings.require(counted.invalid_messages == 0 && counted.surplus_requests == 0, [&] {
    return "worker " + std::to_string(host_) + " got what it could not take from the broker";
  });
  around_.net.close(*std::exchange(socket_, {}), true, now);
  engine_.reset();
  if (news.reason == engine::conversation_end::drained) {
    works_.clear();
    begins_at_ = std::max(now, std::exchange(again_at_, never));
    return;
  }
  pauses_.lasted(news.lasted);
  begins_at_ = now + pauses_.next();
  if (again_at_ != never) // was asked to end, and has
    begins_at_ = std::max(begins_at_, std::exchange(again_at_, never));
}

void sim_worker::crash(bool with_its_machine, time_point now, time_point again_at) {
  around_.events.note([&] {
    return "worker " + std::to_string(host_) +
           (with_its_machine ? ": its machine is gone" : ": crashes");
  });
  if (socket_) {
    const auto notice = chance_.chance(0.5) ? never : now + chance_.between({}, traits_.work_max);
    if (with_its_machine)
      around_.net.vanish(*socket_, notice, now);
    else
      around_.net.close(*socket_, false, now);
  }
  socket_.reset();
  engine_.reset();
  works_.clear();
  thaw();
  again_at_ = never;
  begins_at_ = again_at;
}

void sim_worker::drain(time_point now, time_point again_at) {
  if (!engine_ || is_frozen(now) || is_absorbed())
    return;
  around_.events.note([&] { return "worker " + std::to_string(host_) + ": drains"; });
  again_at_ = again_at;
  engine_->drain(local(now));
  carry_out(now);
}

bool sim_worker::is_talking() const noexcept {
  return engine_ && engine_->current_state() == state::open;
}

bool sim_worker::keeps_beating(time_point now) const {
  if (!is_talking() || is_absorbed() || is_frozen(now))
    return true;
  return now - last_said_ <= traits_.engine.heartbeat.interval;
}

} // namespace mdp::sim
