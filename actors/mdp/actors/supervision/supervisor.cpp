#include "mdp/actors/supervision/supervisor.hpp"

#include "mdp/actors/compat/messaging.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace mdp::actors {

namespace {

/// CAF counts actor ids up from 1.
constexpr std::uint64_t no_actor_has_this_id = 1ULL << 63U;

} // namespace

supervisor_state::supervisor_state(handle::pointer self, supervisor_spec spec)
    : self_(self), spec_(std::move(spec)), window_(spec_.intensity, spec_.period) {}

supervisor_state::~supervisor_state() {
  for (auto& [where, c] : children_)
    if (c.running)
      caf::anon_send_exit(c.running, caf::exit_reason::kill);
}

supervisor_actor::behavior_type supervisor_state::make_behavior() {
  for (auto& spec : spec_.children) {
    const auto where = next_place_++;
    auto& c = children_.try_emplace(where, spec, next_seed()).first->second;
    c.stops_together = spec_.stop_together;
    start(where, c);
  }
  return {
    [this](stop) { stop_all(phase::stopping); },
    [this](adopt_child& request) { adopt(request); },
    [this](const release_child& request) {
      if (const auto known = by_incarnation_.find(request.child); known != by_incarnation_.end())
        children_.at(known->second).is_released = true;
    },
    [this](const child_down& news) { on_down(news); },
    [this](const restart_due& timer) { on_restart_due(timer.incarnation); },
    [this](const grace_over& timer) { on_grace_over(timer.incarnation); },
  };
}

void supervisor_state::start(place where, child& c) {
  c.started_at = now_of(self_);
  try {
    watch(where, c, c.spec.start(*self_));
  } catch (const std::exception& reason) {
    // As if it had started and failed at once, so that the same rules apply.
    c.incarnation = no_actor_has_this_id + ++failed_starts_;
    by_incarnation_.emplace(c.incarnation, where);
    tell(self_, handle{self_}, child_down{c.incarnation, {true, reason.what()}});
  }
}

void supervisor_state::watch(place where, child& c, stoppable_actor running) {
  c.running = std::move(running);
  c.incarnation = c.running.id();
  c.was_asked_to_stop = false;
  by_incarnation_.emplace(c.incarnation, where);
  if (c.stops_together)
    ++running_together_;
  notify_exit(c.running, handle{self_}, [id = c.incarnation](exit_kind how) {
    return child_down{id, std::move(how)};
  });
}

void supervisor_state::adopt(adopt_child& request) {
  const auto where = next_place_++;
  auto& c = children_.try_emplace(where, std::move(request.spec), next_seed()).first->second;
  c.is_adopted = true;
  c.stops_together = true;
  c.started_at = now_of(self_);
  watch(where, c, std::move(request.child));
  if (phase_ != phase::running)
    ask_to_stop(c); // too late to live
}

void supervisor_state::on_down(const child_down& news) {
  const auto known = by_incarnation_.find(news.incarnation);
  if (known == by_incarnation_.end())
    return;
  const auto where = known->second;
  by_incarnation_.erase(known);
  auto& c = children_.at(where);
  on_gone(c);
  if (phase_ != phase::running) {
    if (c.is_adopted)
      children_.erase(where);
    return stop_next();
  }
  const bool again =
    !c.is_released && (c.spec.restart == restart_type::permanent ||
                       (c.spec.restart == restart_type::transient && news.how.failed));
  if (news.how.failed)
    spdlog::warn("{}: {} failed: {}", spec_.name, c.spec.name, news.how.what);
  if (!again) {
    children_.erase(where);
    return;
  }
  if (!window_.admit(now_of(self_)))
    return give_up(c);
  if (spec_.strategy == restart_strategy::one_for_all)
    restart_all(c);
  else
    restart_one(where, c);
}

void supervisor_state::restart_one(place where, child& c) {
  c.pauses.lasted(now_of(self_) - c.started_at);
  // The old incarnation names the pause, too: a stop in between makes the timer meaningless.
  by_incarnation_.emplace(c.incarnation, where);
  tell_after(self_, c.pauses.next(), handle{self_}, restart_due{c.incarnation});
}

void supervisor_state::restart_all(child& failed) {
  failed.pauses.lasted(now_of(self_) - failed.started_at);
  restart_pause_ = failed.pauses.next();
  stop_all(phase::restarting_all);
}

void supervisor_state::give_up(const child& failed) {
  spdlog::error("{}: {} failed too often, giving up", spec_.name, failed.spec.name);
  has_failed_ = true;
  stop_all(phase::stopping);
}

void supervisor_state::on_restart_due(std::uint64_t incarnation) {
  if (incarnation == 0) { // all of them
    if (phase_ != phase::restarting_all)
      return;
    phase_ = phase::running;
    for (auto& [where, c] : children_)
      start(where, c);
    return;
  }
  const auto known = by_incarnation_.find(incarnation);
  if (phase_ != phase::running || known == by_incarnation_.end())
    return;
  const auto where = known->second;
  by_incarnation_.erase(known);
  start(where, children_.at(where));
}

void supervisor_state::stop_all(phase why) {
  phase_ = why;
  for (auto& [where, c] : children_)
    if (c.stops_together && c.running)
      ask_to_stop(c);
  stop_next();
}

void supervisor_state::on_gone(child& c) noexcept {
  if (c.running && c.stops_together)
    --running_together_;
  c.running = nullptr;
}

void supervisor_state::stop_next() {
  if (running_together_ > 0)
    return;
  for (auto entry = children_.rbegin(); entry != children_.rend(); ++entry)
    if (entry->second.running) {
      if (!entry->second.was_asked_to_stop)
        ask_to_stop(entry->second);
      return;
    }
  std::erase_if(children_, [](const auto& entry) { return entry.second.is_adopted; });
  if (phase_ == phase::restarting_all)
    return tell_after(self_, restart_pause_, handle{self_}, restart_due{0});
  has_failed_ ? end_failed(self_) : end_normally(self_);
}

void supervisor_state::ask_to_stop(child& c) {
  c.was_asked_to_stop = true;
  tell(self_, c.running, stop{});
  tell_after(self_, c.spec.grace, handle{self_}, grace_over{c.incarnation});
}

void supervisor_state::on_grace_over(std::uint64_t incarnation) {
  const auto known = by_incarnation_.find(incarnation);
  if (known == by_incarnation_.end())
    return;
  const auto& c = children_.at(known->second);
  if (c.running && c.was_asked_to_stop) {
    spdlog::warn("{}: {} did not stop in time, killing it", spec_.name, c.spec.name);
    caf::anon_send_exit(c.running, caf::exit_reason::kill);
  }
}

std::uint64_t supervisor_state::next_seed() {
  return spec_.seed + next_place_ * 0x9e3779b97f4a7c15ULL;
}

adopt_child adopt_temporary(stoppable_actor child, std::string_view name) {
  child_spec spec;
  spec.name = name;
  spec.restart = restart_type::temporary;
  return {std::move(child), std::move(spec)};
}

} // namespace mdp::actors
