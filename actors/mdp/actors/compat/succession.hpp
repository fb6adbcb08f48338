#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>
#include <caf/intrusive/task_result.hpp>
#include <caf/mailbox_element.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

/// How an actor that fails leaves its mailbox to the one that is started in its place.
namespace mdp::actors {

/// A line of actors of which one lives at a time. When it fails, what it had not read yet waits here,
/// together with all that is sent to it afterwards, until the next one is there and gets it in order.
/// From then on whatever is sent to any of the dead reaches the living: nobody needs a new handle.
/// Only the message that a failed one was reading is gone with it: it may be what killed it.
///
///     one lives ── fails ──► messages wait ── succeed() ──► the next one lives
///         └── ends ─────────────► end(): nobody comes, messages are dropped
///
/// Thread-safe.
class succession {
public:
  using messages = std::vector<caf::mailbox_element_ptr>;

  /// The actor with this id has failed and leaves these.
  void bequeath(caf::actor_id dead, messages left);

  /// A message for the actor with this id, which is dead.
  void forward(caf::actor_id dead, caf::mailbox_element_ptr what, caf::execution_unit* unit);

  /// `heir` lives from now on. Nothing happens if it has failed in the meantime.
  template <class Handle>
  void succeed(const Handle& heir) {
    succeed(caf::actor_cast<caf::strong_actor_ptr>(heir));
  }
  void succeed(const caf::strong_actor_ptr& heir);

  /// Nobody comes any more, unless somebody succeeds all the same.
  void end();

  [[nodiscard]] bool is_over();

  /// Messages that found no room since the last call.
  [[nodiscard]] std::uint64_t take_dropped();

private:
  std::mutex mutex_;
  caf::strong_actor_ptr living_;  // null while nobody is there
  caf::actor_id latest_dead_ = 0; // ids only grow
  bool is_over_ = false;
  messages waiting_;
  std::uint64_t dropped_ = 0;
};

/// The door of one actor's mailbox: open while it lives. Closing waits for those who are on their
/// way in, so no message gets lost between a mailbox that is being emptied and its heir.
class mailbox_door {
public:
  /// True if the mailbox may be written to; leave() then.
  [[nodiscard]] bool enter() noexcept {
    inside_.fetch_add(1);
    if (!is_closed_.load())
      return true;
    inside_.fetch_sub(1);
    return false;
  }
  void leave() noexcept { inside_.fetch_sub(1); }

  void close() noexcept {
    is_closed_.store(true);
    while (inside_.load() != 0)
      std::this_thread::yield();
  }

private:
  std::atomic<std::uint32_t> inside_{0};
  std::atomic<bool> is_closed_{false};
};

namespace detail {

/// Empties a mailbox into a list. CAF hands out references, so each message moves to a new element.
class mailbox_collector {
public:
  explicit mailbox_collector(succession::messages& into) : into_(into) {}

  caf::intrusive::task_result operator()(caf::mailbox_element& x) const;

  /// Queues in queues come with their keys.
  template <class Key, class Queue, class... Rest>
  caf::intrusive::task_result operator()(const Key&, const Queue&, Rest&&... rest) const {
    return (*this)(std::forward<Rest>(rest)...);
  }

private:
  succession::messages& into_;
};

} // namespace detail

/// Adds all that is in `mailbox` to `left`; it is closed then. By its owner only.
template <class Mailbox>
succession::messages close_and_collect(Mailbox& mailbox, succession::messages left) {
  if (mailbox.closed())
    return left;
  mailbox.close();
  detail::mailbox_collector collect(left);
  constexpr std::size_t many = 1000; // a round of CAF's queues takes no more than it is told
  while (mailbox.queue().new_round(many, collect).consumed_items)
    ;
  return left;
}

} // namespace mdp::actors
