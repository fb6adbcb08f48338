#include "mdp/service/handler_pool.hpp"

#include "mdp/assert.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace mdp {

/// What the threads share. It outlives the pool if a thread was left behind.
struct handler_pool::core {
  struct turn {
    std::shared_ptr<lane> of;
    task work;
  };

  void run(std::size_t number) {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return is_stopping || !ready.empty(); });
      if (is_stopping)
        break;
      auto next = std::move(ready.front());
      ready.pop_front();
      is_busy[number] = true;
      running_on[number] = next.of.get();
      lock.unlock();
      next.work();
      next.work = nullptr; // what it holds is destroyed before the next one's turn, and not locked
      lock.lock();
      running_on[number] = nullptr;
      if (pass_on(next.of)) {
        lock.unlock();
        next.of = nullptr; // perhaps the last who knew the lane
        lock.lock();
      }
      is_busy[number] = false;
      if (is_stopping)
        idle.notify_all();
    }
  }

  /// A task of `on` has ended: its place goes to the next one of the lane. True if there is none.
  bool pass_on(const std::shared_ptr<lane>& on) {
    if (on->waiting_.empty()) {
      --on->taken_;
      return true;
    }
    ready.push_back({on, std::move(on->waiting_.front())});
    on->waiting_.pop_front();
    if (ready.size() > 1) // whoever calls takes one of them itself
      changed.notify_one();
    return false;
  }

  /// Takes all that has not begun. Not only what is ready: what waits on a lane may hold that lane, and would keep
  /// both. A lane on which something waits has a task that runs, or one that is ready.
  std::deque<turn> take_all() {
    auto taken = std::exchange(ready, {});
    const auto behind = [&](lane& on) {
      for (auto& waiting : std::exchange(on.waiting_, {}))
        taken.push_back({nullptr, std::move(waiting)});
    };
    for (std::size_t i = taken.size(); i-- > 0;)
      behind(*taken[i].of);
    for (auto* const on : running_on)
      if (on != nullptr)
        behind(*on);
    return taken;
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::condition_variable idle; // when stopping
  std::deque<turn> ready;
  std::vector<bool> is_busy;     // a thread each
  std::vector<lane*> running_on; // likewise: whose task it is in, or null
  bool is_stopping = false;
};

handler_pool::handler_pool(std::size_t threads) : core_(std::make_shared<core>()) {
  MDP_ASSERT(threads >= 1);
  core_->is_busy.resize(threads);
  core_->running_on.resize(threads);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([core = core_, i] { core->run(i); });
}

handler_pool::~handler_pool() {
  stop(duration::zero());
}

std::shared_ptr<handler_pool::lane> handler_pool::open_lane(std::size_t at_a_time) {
  return std::make_shared<lane>(core_, at_a_time);
}

std::size_t handler_pool::stop(duration grace) {
  std::deque<core::turn> dropped; // destroyed behind the lock: what it holds is not ours
  std::unique_lock lock(core_->mutex);
  if (core_->is_stopping)
    return left_behind_;
  core_->is_stopping = true;
  dropped = core_->take_all();
  core_->changed.notify_all();
  core_->idle.wait_for(lock, grace, [this] {
    return std::find(core_->is_busy.begin(), core_->is_busy.end(), true) == core_->is_busy.end();
  });
  const auto is_busy = core_->is_busy;
  const auto left_behind = std::count(is_busy.begin(), is_busy.end(), true);
  left_behind_ = static_cast<std::size_t>(left_behind);
  auto threads = std::exchange(threads_, {});
  lock.unlock();
  for (std::size_t i = 0; i < threads.size(); ++i)
    if (is_busy[i])
      threads[i].detach();
    else
      threads[i].join();
  return static_cast<std::size_t>(left_behind);
}

handler_pool::lane::lane(std::shared_ptr<core> pool, std::size_t at_a_time)
    : core_(std::move(pool)), at_a_time_(at_a_time) {
  MDP_ASSERT(at_a_time >= 1);
}

bool handler_pool::lane::submit(task work) {
  const std::lock_guard guard(core_->mutex);
  if (core_->is_stopping)
    return false;
  take(std::move(work));
  return true;
}

bool handler_pool::lane::submit_all(std::vector<task>& work) {
  auto all = std::exchange(work, {}); // destroyed behind the lock
  const std::lock_guard guard(core_->mutex);
  if (core_->is_stopping)
    return false;
  for (auto& each : all)
    take(std::move(each));
  return true;
}

void handler_pool::lane::take(task work) {
  if (taken_ == at_a_time_)
    return waiting_.push_back(std::move(work));
  ++taken_;
  core_->ready.push_back({shared_from_this(), std::move(work)});
  core_->changed.notify_one();
}

} // namespace mdp
