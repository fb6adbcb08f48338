#pragma once

#include "mdp/time.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/execution_unit.hpp>
#include <caf/message.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace mdp::actors {

/// What the actors of a loop wait for. CAF's clock is a thread that sends each actor's message as its time comes,
/// and so wakes the loop for one after the other, is itself woken whenever somebody begins to wait, and takes
/// nothing back: it keeps an actor in memory until what that has waited for would have been. The loop looks at its
/// own timers in each turn, and sleeps until the first.
///
/// Thread-safe, as an actor may end when its loop has ended. While the loop runs nobody else is here.
class loop_timers {
public:
  /// One of them; numbers are not used twice. Comes after all that are due earlier.
  struct key {
    time_point due = never;
    std::uint64_t number = 0;

    friend auto operator<=>(const key&, const key&) = default;
  };

  /// `to` will be sent `what` at `due`, and is kept in memory until then. `due` of the key is `never` if it will
  /// not, as the loop has ended.
  [[nodiscard]] key start(caf::strong_actor_ptr to, time_point due, caf::message what);

  /// Takes it back, if it is not over.
  void cancel(const key& which);

  /// When fire() has something to do again.
  [[nodiscard]] time_point next_due() const noexcept {
    return next_due_.load(std::memory_order_relaxed);
  }

  /// Sends what is due at `now`, for `unit` to run. Loop thread only.
  void fire(time_point now, caf::execution_unit& unit);

  /// The loop ends. Whoever waits is sent what he waits for now, and finds another way to wait: CAF's clock would
  /// keep him in memory until then. Nobody can wait here any more.
  void end();

  /// How many are waited for.
  [[nodiscard]] std::size_t size() const;

private:
  struct waiting {
    caf::strong_actor_ptr who;
    caf::message what;
  };
  using by_time = std::map<key, waiting>;

  void changed() noexcept;

  mutable std::mutex mutex_;
  by_time waiting_;
  std::uint64_t last_number_ = 0;
  bool is_closed_ = false;
  std::atomic<time_point> next_due_{never}; // of waiting_: asked for in each turn, without a lock
};

/// At most one timer of a loop, which is taken back with its owner. Belongs to an actor.
class loop_timer {
public:
  loop_timer() = default;
  ~loop_timer() { cancel(); }
  loop_timer(const loop_timer&) = delete;
  loop_timer& operator=(const loop_timer&) = delete;

  /// Has `to` sent `what` at `due`, in place of what was to be sent before. False if `where` belongs to a loop that
  /// has ended.
  template <class Handle, class Message>
  [[nodiscard]] bool start(const std::shared_ptr<loop_timers>& where, const Handle& to,
                           time_point due, Message what) {
    cancel();
    where_ = where;
    key_ = where_->start(caf::actor_cast<caf::strong_actor_ptr>(to), due,
                         caf::make_message(std::move(what)));
    return key_.due != never;
  }

  void cancel() {
    if (key_.due != never)
      where_->cancel(std::exchange(key_, {}));
  }

private:
  std::shared_ptr<loop_timers> where_; // null until the first
  loop_timers::key key_;               // may be over
};

} // namespace mdp::actors
