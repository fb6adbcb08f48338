#include "mdp/engine/supervision.hpp"

#include <algorithm>
#include <iterator>

namespace mdp::engine {

const char* to_string(restart_type type) noexcept {
  switch (type) {
  case restart_type::permanent:
    return "permanent";
  case restart_type::transient:
    return "transient";
  case restart_type::temporary:
    break;
  }
  return "temporary";
}

const char* to_string(restart_strategy strategy) noexcept {
  switch (strategy) {
  case restart_strategy::one_for_one:
    return "one_for_one";
  case restart_strategy::one_for_all:
    return "one_for_all";
  case restart_strategy::rest_for_one:
    break;
  }
  return "rest_for_one";
}

child_place supervision::add(const child_rules& rules) {
  return insert(rules)->first;
}

void supervision::begin(time_point now) {
  for (auto where = children_.begin(); where != children_.end(); ++where)
    start(where, now);
}

child_place supervision::adopt(const child_rules& rules, time_point now) {
  const auto where = insert(rules);
  auto& c = where->second;
  c.rules.stops_together = true;
  c.is_adopted = true;
  c.now = state::running;
  c.started_at = now;
  if (phase_ != phase::running)
    ask_to_stop(where, now); // too late to live
  return where->first;
}

void supervision::ended(child_place child, bool failed, time_point now) {
  const auto where = children_.find(child);
  if (where == children_.end())
    return;
  auto& c = where->second;
  if (c.now != state::running && c.now != state::stopping)
    return;
  const bool was_asked = c.now == state::stopping;
  if (was_asked && c.rules.stops_together)
    --stopping_together_;
  set_due(where, never);
  c.now = state::down;
  if (was_asked && failed && c.rules.is_lasting && !c.is_given_up) { // what is below it still lives
    start(where, now);
    c.is_given_up = true;
    return ask_to_stop(where, now);
  }
  const bool is_affected = phase_ != phase::running && child >= affected_from_;
  if (is_affected || was_asked) {
    if (c.is_adopted)
      forget(where);
    if (phase_ != phase::running)
      stop_next(now);
    return;
  }
  if (!comes_back(c, failed))
    return forget(where);
  c.has_left_children = failed && c.rules.is_lasting;
  if (!window_.admit(now)) {
    has_failed_ = true;
    return stop_from(0, phase::stopping, now);
  }
  restart(where, now);
}

void supervision::release(child_place child) {
  if (const auto where = children_.find(child); where != children_.end())
    where->second.is_released = true;
}

void supervision::stop(time_point now) {
  if (phase_ != phase::ended)
    stop_from(0, phase::stopping, now);
}

void supervision::tick(time_point now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto where = children_.find(timers_.begin()->second);
    set_due(where, never);
    if (where->second.now == state::waiting)
      start(where, now);
    else {
      where->second.is_given_up = true;
      actions_.push(kill_child{where->first});
    }
  }
  if (all_due_ > now)
    return;
  all_due_ = never;
  phase_ = phase::running;
  for (auto where = children_.lower_bound(affected_from_); where != children_.end(); ++where)
    if (where->second.now == state::down)
      start(where, now);
}

time_point supervision::next_deadline() const noexcept {
  return timers_.empty() ? all_due_ : std::min(all_due_, timers_.begin()->first);
}

supervision::place supervision::insert(const child_rules& rules) {
  const auto seed = config_.seed + next_place_ * 0x9e3779b97f4a7c15ULL;
  return children_.try_emplace(next_place_++, rules, seed).first;
}

void supervision::start(place where, time_point now) {
  where->second.now = state::running;
  where->second.is_given_up = false;
  where->second.has_left_children = false;
  where->second.started_at = now;
  actions_.push(start_child{where->first});
}

void supervision::ask_to_stop(place where, time_point now) {
  auto& c = where->second;
  c.now = state::stopping;
  if (c.rules.stops_together)
    ++stopping_together_;
  set_due(where, now + c.rules.grace);
  actions_.push(stop_child{where->first});
}

void supervision::set_due(place where, time_point due) {
  if (where->second.due != never)
    timers_.erase({where->second.due, where->first});
  where->second.due = due;
  if (due != never)
    timers_.emplace(due, where->first);
}

void supervision::forget(place where) {
  actions_.push(forget_child{where->first});
  children_.erase(where);
}

void supervision::restart(place where, time_point now) {
  auto& c = where->second;
  c.pauses.lasted(now - c.started_at);
  const auto pause = c.pauses.next();
  if (config_.strategy == restart_strategy::one_for_one) {
    c.now = state::waiting;
    return set_due(where, now + pause);
  }
  pause_ = pause;
  const bool is_for_all = config_.strategy == restart_strategy::one_for_all;
  stop_from(is_for_all ? 0 : where->first, phase::restarting, now);
}

/// Stops all children from `first` on. What is being stopped already stays so: a failure further in
/// front only widens what is affected.
void supervision::stop_from(child_place first, phase why, time_point now) {
  phase_ = why;
  affected_from_ = first;
  all_due_ = never;
  for (auto where = children_.lower_bound(first); where != children_.end(); ++where) {
    auto& c = where->second;
    if (c.now == state::waiting) {
      set_due(where, never);
      c.now = state::down;
      if (c.rules.is_lasting)
        start(where, now);
    }
    // Down with others that are to start together: what is below it lives, and only it can stop that.
    if (why == phase::stopping && c.now == state::down && c.has_left_children)
      start(where, now);
    if (c.now == state::running && c.rules.stops_together)
      ask_to_stop(where, now);
  }
  stop_next(now);
}

void supervision::stop_next(time_point now) {
  if (phase_ == phase::ended || stopping_together_ > 0)
    return;
  for (auto entry = children_.rbegin(); entry != children_.rend() && entry->first >= affected_from_;
       ++entry) {
    if (entry->second.now == state::stopping)
      return;
    if (entry->second.now == state::running)
      return ask_to_stop(std::prev(entry.base()), now);
  }
  all_are_down(now);
}

void supervision::all_are_down(time_point now) {
  // An adopted one that was down with the others, waiting for its own restart, does not come back.
  for (auto where = children_.lower_bound(affected_from_); where != children_.end();) {
    const auto current = where++;
    if (current->second.is_adopted && current->second.now == state::down)
      forget(current);
  }
  if (phase_ == phase::restarting) {
    all_due_ = now + pause_;
    return;
  }
  phase_ = phase::ended;
  actions_.push(supervision_ended{has_failed_});
}

bool supervision::comes_back(const child& c, bool failed) const noexcept {
  return !c.is_released && (c.rules.restart == restart_type::permanent ||
                            (c.rules.restart == restart_type::transient && failed));
}

} // namespace mdp::engine
