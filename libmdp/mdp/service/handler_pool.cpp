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
      lock.unlock();
      next.work();
      next.work = nullptr; // what it holds is destroyed before the next one's turn, and not locked
      lock.lock();
      pass_on(next.of);
      lock.unlock();
      next.of = nullptr; // perhaps the last who knew the lane
      lock.lock();
      is_busy[number] = false;
      if (is_stopping)
        idle.notify_all();
    }
  }

  /// A task of `on` has ended: its place goes to the next one of the lane.
  void pass_on(const std::shared_ptr<lane>& on) {
    if (on->waiting_.empty()) {
      --on->taken_;
      return;
    }
    if (is_stopping)
      return;
    ready.push_back({on, std::move(on->waiting_.front())});
    on->waiting_.pop_front();
    changed.notify_one();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::condition_variable idle; // when stopping
  std::deque<turn> ready;
  std::vector<bool> is_busy; // a thread each
  bool is_stopping = false;
};

handler_pool::handler_pool(std::size_t threads) : core_(std::make_shared<core>()) {
  MDP_ASSERT(threads >= 1);
  core_->is_busy.resize(threads);
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
  dropped.swap(core_->ready);
  core_->changed.notify_all();
  core_->idle.wait_for(lock, grace, [this] {
    return std::find(core_->is_busy.begin(), core_->is_busy.end(), true) == core_->is_busy.end();
  });
  const auto is_busy = core_->is_busy;
  auto threads = std::exchange(threads_, {});
  lock.unlock();
  for (std::size_t i = 0; i < threads.size(); ++i) {
    if (!is_busy[i]) {
      threads[i].join();
      continue;
    }
    threads[i].detach();
    ++left_behind_;
  }
  return left_behind_;
}

handler_pool::lane::lane(std::shared_ptr<core> pool, std::size_t at_a_time)
    : core_(std::move(pool)), at_a_time_(at_a_time) {
  MDP_ASSERT(at_a_time >= 1);
}

bool handler_pool::lane::submit(task work) {
  const std::lock_guard guard(core_->mutex);
  if (core_->is_stopping)
    return false;
  if (taken_ == at_a_time_) {
    waiting_.push_back(std::move(work));
    return true;
  }
  ++taken_;
  core_->ready.push_back({shared_from_this(), std::move(work)});
  core_->changed.notify_one();
  return true;
}

} // namespace mdp
