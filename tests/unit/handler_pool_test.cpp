#include "mdp/service/handler_pool.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

TEST_CASE("tasks run on as many threads as the pool has, even if each of them blocks") {
  handler_pool pool(3);
  const auto lane = pool.open_lane(10);
  std::latch all_there(3); // nobody passes before three have come
  std::atomic<int> passed{0};
  for (int i = 0; i < 3; ++i)
    CHECK(lane->submit([&] {
      all_there.arrive_and_wait();
      ++passed;
    }));
  CHECK(eventually([&] { return passed == 3; }));
  CHECK(pool.stop(patience) == 0);
}

TEST_CASE("a lane lets no more of its tasks run at a time than it was told, in their order") {
  handler_pool pool(4);
  const auto lane = pool.open_lane(1);
  std::atomic<int> running{0};
  std::atomic<bool> overlapped{false};
  std::vector<int> order; // written by one task at a time, or the test fails
  std::atomic<int> done{0};
  for (int i = 0; i < 200; ++i)
    lane->submit([&, i] {
      if (++running > 1)
        overlapped = true;
      order.push_back(i);
      --running;
      ++done;
    });
  REQUIRE(eventually([&] { return done == 200; }));
  CHECK(pool.stop(patience) == 0);
  CHECK_FALSE(overlapped);
  for (int i = 0; i < 200; ++i)
    REQUIRE(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("tasks that are handed over together run as if they came one by one") {
  handler_pool pool(3);
  const auto in_order = pool.open_lane(1);
  const auto at_once = pool.open_lane(2);
  std::vector<int> order; // written by one task at a time, or the test fails
  std::latch both_there(2);
  std::atomic<int> done{0};
  std::vector<handler_pool::task> tasks;
  for (int i = 0; i < 200; ++i)
    tasks.emplace_back([&, i] {
      order.push_back(i);
      ++done;
    });
  CHECK(in_order->submit_all(tasks));
  CHECK(tasks.empty());
  for (int i = 0; i < 2; ++i)
    tasks.emplace_back([&] {
      both_there.arrive_and_wait();
      ++done;
    });
  CHECK(at_once->submit_all(tasks));
  REQUIRE(eventually([&] { return done == 202; }));
  CHECK(pool.stop(patience) == 0);
  for (int i = 0; i < 200; ++i)
    REQUIRE(order[static_cast<std::size_t>(i)] == i);
  const auto held = std::make_shared<int>(1);
  tasks.emplace_back([held] {});
  CHECK_FALSE(in_order->submit_all(tasks));
  CHECK(tasks.empty());
  CHECK(held.use_count() == 1); // let go of
}

TEST_CASE("a lane that blocks leaves the other threads to the other lanes") {
  handler_pool pool(2);
  const auto slow = pool.open_lane(1);
  const auto quick = pool.open_lane(1);
  std::binary_semaphore go{0};
  std::atomic<bool> blocked_done{false};
  std::atomic<int> done{0};
  slow->submit([&] {
    go.acquire();
    blocked_done = true;
  });
  slow->submit([&] { ++done; });
  for (int i = 0; i < 50; ++i)
    quick->submit([&] { ++done; });
  CHECK(eventually([&] { return done == 50; }));
  CHECK_FALSE(blocked_done);
  go.release();
  CHECK(eventually([&] { return done == 51; }));
}

TEST_CASE("a pool that stops lets what runs end and throws away what waits") {
  handler_pool pool(1);
  const auto lane = pool.open_lane(1);
  const auto probe = pool.open_lane(1); // its tasks never run, as the only thread is taken
  std::binary_semaphore started{0};
  std::atomic<bool> ended{false};
  std::atomic<bool> waiter_ran{false};
  lane->submit([&] {
    started.release();
    ended = eventually([&] { return !probe->submit([] {}); }); // until the pool is told to stop
  });
  lane->submit([&] { waiter_ran = true; });
  started.acquire();
  CHECK(pool.stop(patience) == 0);
  CHECK(ended);
  CHECK_FALSE(lane->submit([&] { waiter_ran = true; }));
  CHECK(pool.stop(patience) == 0);
  CHECK_FALSE(waiter_ran);
}

TEST_CASE("what waits in a pool that stops is let go of") {
  const auto held = std::make_shared<int>(1);
  std::binary_semaphore started{0};
  std::binary_semaphore go{0};
  {
    handler_pool pool(1);
    const auto one = pool.open_lane(1);
    const auto other = pool.open_lane(1);
    one->submit([&] {
      started.release();
      go.acquire();
    });
    started.acquire();
    one->submit([held] {});
    other->submit([held] {});
    CHECK(held.use_count() == 3);
    go.release();
    CHECK(pool.stop(patience) == 0);
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("what waits in a pool that stops is let go of even if it holds the lane it waits on") {
  const auto held = std::make_shared<int>(1);
  handler_pool pool(1);
  const auto probe = pool.open_lane(1); // its tasks never run, as the only thread is taken
  std::binary_semaphore started{0};
  auto running = pool.open_lane(1);
  auto next = pool.open_lane(1);
  running->submit([&] {
    started.release();
    CHECK(eventually([&] { return !probe->submit([] {}); })); // until the pool is told to stop
  });
  started.acquire();
  running->submit([held, running] {}); // behind what runs
  next->submit([] {});
  next->submit([held, next] {}); // behind what has not begun
  running.reset();
  next.reset();
  CHECK(held.use_count() == 3);
  CHECK(pool.stop(patience) == 0);
  CHECK(held.use_count() == 1);
}

TEST_CASE("a task that never ends is left behind, and does no harm when it ends after all") {
  struct shared_state {
    std::binary_semaphore started{0};
    std::binary_semaphore go{0};
    std::atomic<bool> ended{false};
  };
  const auto state = std::make_shared<shared_state>();
  {
    handler_pool pool(2);
    const auto lane = pool.open_lane(1);
    lane->submit([state] {
      state->started.release();
      state->go.acquire();
      state->ended = true;
    });
    state->started.acquire();
    CHECK(pool.stop(0ms) == 1);
    CHECK(pool.stop(0ms) == 1);
  }
  state->go.release();
  CHECK(eventually([&] { return state->ended.load(); }));
  // The thread has let go of all it had when nobody but us holds the state.
  CHECK(eventually([&] { return state.use_count() == 1; }));
}
