#pragma once

#include "sim/dice.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mdp::sim {

using mailbox_id = std::uint64_t;

/// An actor of the simulated broker, as others know it.
template <class Actor>
struct actor_ref {
  mailbox_id box = 0;
  Actor* actor = nullptr;
  explicit operator bool() const noexcept { return actor != nullptr; }
};

/// Actors without CAF. Each has a mailbox and reads one letter at a time; who is next is drawn by
/// lot, so that a run sees orders of events which real threads would show once in a million.
/// Letters from one to the other keep their order, as CAF promises.
class mailboxes {
public:
  explicit mailboxes(dice lots) : lots_(lots) {}

  template <class Actor>
  actor_ref<Actor> open(Actor* actor) {
    boxes_[++last_];
    return {last_, actor};
  }

  /// The actor has ended: what was sent to it and what will be is thrown away.
  template <class Actor>
  void close(const actor_ref<Actor>& who) {
    boxes_.erase(who.box);
    if (const auto watched = watchers_.extract(who.box); !watched.empty())
      watched.mapped()();
  }

  /// Calls `then` when that actor ends, or at once if it has; an actor has one watcher.
  template <class Actor>
  void watch(const actor_ref<Actor>& who, std::function<void()> then) {
    if (is_open(who))
      watchers_[who.box] = std::move(then);
    else
      then();
  }

  template <class Actor>
  [[nodiscard]] bool is_open(const actor_ref<Actor>& who) const {
    return boxes_.contains(who.box);
  }

  /// Sends `letter`, a function that will be called with the actor.
  template <class Actor, class Letter>
  void tell(const actor_ref<Actor>& to, Letter letter) {
    const auto box = boxes_.find(to.box);
    if (box == boxes_.end())
      return;
    if (box->second.empty())
      waiting_.push_back(to.box);
    box->second.push_back(
      [actor = to.actor, letter = std::move(letter)]() mutable { letter(*actor); });
  }

  /// Lets the actors read until no letter is left.
  void run() {
    while (!waiting_.empty()) {
      const auto turn = static_cast<std::size_t>(lots_.below(waiting_.size()));
      const auto box = boxes_.find(waiting_[turn]);
      if (box == boxes_.end() || box->second.empty()) {
        waiting_[turn] = waiting_.back();
        waiting_.pop_back();
        continue;
      }
      auto letter = std::move(box->second.front());
      box->second.pop_front();
      if (box->second.empty()) {
        waiting_[turn] = waiting_.back();
        waiting_.pop_back();
      }
      letter();
    }
  }

private:
  dice lots_;
  mailbox_id last_ = 0;
  std::unordered_map<mailbox_id, std::deque<std::function<void()>>> boxes_;
  std::unordered_map<mailbox_id, std::function<void()>> watchers_;
  std::vector<mailbox_id> waiting_; // who has letters
};

} // namespace mdp::sim
