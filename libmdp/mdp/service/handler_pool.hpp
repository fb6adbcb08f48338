#pragma once

#include "mdp/time.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace mdp {

/// Threads for handlers, which may block in them as long as they like. All members are thread-safe.
///
/// Tasks are handed over through lanes. A lane lets so many of its tasks run at a time, in the order
/// they came; between lanes it is first come, first served. How many tasks wait is the business of
/// who hands them over: requests are bounded by the capacity that was announced for them.
class handler_pool {
public:
  /// Must not throw. What it holds is destroyed on the pool's thread behind the call, or on the thread
  /// that calls stop().
  using task = std::function<void()>;

  class lane;

  /// Starts `threads` threads, at least one. Block signals before.
  explicit handler_pool(std::size_t threads);

  /// Stops without patience.
  ~handler_pool();
  handler_pool(const handler_pool&) = delete;
  handler_pool& operator=(const handler_pool&) = delete;

  /// A new lane, on which at most `at_a_time` tasks run at once. May outlive the pool.
  [[nodiscard]] std::shared_ptr<lane> open_lane(std::size_t at_a_time);

  /// Throws away what has not begun and waits for what has, up to `grace`. Returns how many threads
  /// were still in a task then: no thread can be ended from outside, so these are left to themselves
  /// and end when their task does. From the second call on it does nothing and returns the same.
  std::size_t stop(duration grace);

private:
  struct core;

  std::shared_ptr<core> core_; // threads that were left behind still use it
  std::vector<std::thread> threads_;
  std::size_t left_behind_ = 0;
};

/// See `handler_pool`. What waits on a lane is destroyed with it.
class handler_pool::lane : public std::enable_shared_from_this<lane> {
public:
  lane(std::shared_ptr<core> pool, std::size_t at_a_time);

  /// Runs `work` when its turn has come. False if the pool is stopped; it is destroyed then.
  bool submit(task work);

  /// The same with each of `work`, in its order; it is empty then. Many are handed over for hardly more than
  /// one costs.
  bool submit_all(std::vector<task>& work);

private:
  friend class handler_pool;

  /// Under the pool's lock.
  void take(task work);

  std::shared_ptr<core> core_;
  std::size_t at_a_time_;
  // Guarded by the pool's lock:
  std::size_t taken_ = 0; // tasks that run or are next to
  std::deque<task> waiting_;
};

} // namespace mdp
