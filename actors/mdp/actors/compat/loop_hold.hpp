#pragma once

#include "mdp/actors/compat/loop_unit.hpp"

#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

namespace mdp::actors {

/// Has a loop hand an actor its messages, past the mailbox, which with CAF's way to schedule an actor is more
/// than half of what a message costs. An actor with nothing to do is held by the loop from the first message
/// that is sent to it on the loop's thread until it has handled all that the loop owes it, as if the loop
/// resumed it all the while. What others send meanwhile waits in its mailbox, and what comes from the loop waits
/// behind that: the messages of one sender stay in their order. Then the mailbox has its turn.
///
/// Each actor has one of its own. `Actor` is a `caf::scheduled_actor` and a `loop_recipient`.
class loop_hold {
public:
  /// Takes `what`, to be handed to `actor`, if it was sent on the thread of `unit` and `unit` is a loop that
  /// holds the actor, or can. Thread-safe.
  template <class Actor>
  [[nodiscard]] bool take(Actor& actor, caf::mailbox_element_ptr& what, caf::execution_unit* unit) {
    auto* const loop = loop_unit::current();
    if (loop == nullptr || unit != loop || !what->mid.is_async() || what->mid.is_urgent_message())
      return false;
    if (holder_.load(std::memory_order_relaxed) == loop) {
      if (!actor.mailbox().empty())
        return false;
    } else if (actor.mailbox().blocked() &&
               actor.mailbox().try_unblock()) { // nobody else resumes it now
      holder_.store(loop, std::memory_order_relaxed);
      caf::intrusive_ptr_add_ref(actor.ctrl());
    } else {
      return false;
    }
    loop->hand(actor, std::move(what));
    owe(owed() + 1);
    return true;
  }

  /// Has `actor` handle what `loop` has taken for it. It may be gone from memory then. Loop thread only.
  template <class Actor>
  void hand(Actor& actor, caf::mailbox_element_ptr what, loop_unit& loop) {
    using result = caf::scheduled_actor::activation_result;
    owe(owed() - 1);
    // As activate() with a message does, but for CAF's receive timeout, for which none of ours waits.
    loop.handing(what.get());
    const auto how = actor.activate(&loop) ? actor.reactivate(*what) : result::terminated;
    loop.handing(nullptr);
    if (const auto to = loop.take_passed_to())
      to->enqueue(std::move(what), &loop);
    else if (how == result::skipped)
      actor.mailbox().push_back(std::move(what));
    what = nullptr; // before the actor, which it may refer to
    if (owed() == 0)
      let_go(actor, loop, how == result::terminated);
  }

  /// The actor ends. What it was still owed, in its order. From whoever runs the actor only.
  [[nodiscard]] std::vector<caf::mailbox_element_ptr> withdraw(const loop_recipient& actor) {
    if (owed() == 0)
      return {};
    owe(0);
    return holder_.load(std::memory_order_relaxed)->take_back(actor);
  }

private:
  template <class Actor>
  void let_go(Actor& actor, loop_unit& loop, bool has_ended) {
    holder_.store(nullptr, std::memory_order_relaxed); // nobody has it: it is not blocked yet
    if (has_ended || actor.mailbox().try_block())
      caf::intrusive_ptr_release(actor.ctrl());
    else
      loop.exec_later(&actor); // something has come into the mailbox; with our reference
  }

  [[nodiscard]] std::size_t owed() const noexcept { return owed_.load(std::memory_order_relaxed); }
  void owe(std::size_t messages) noexcept { owed_.store(messages, std::memory_order_relaxed); }

  std::atomic<loop_unit*> holder_{nullptr}; // has a reference; the others see that it is not theirs
  // Whoever runs the actor has it, and the mailbox orders them, but in CAF's own code ThreadSanitizer does not see that.
  std::atomic<std::size_t> owed_{0};
};

} // namespace mdp::actors
