#include "mdp/engine/broker_budget.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace mdp::engine;

namespace {

std::shared_ptr<broker_budget> small_budget() {
  return std::make_shared<broker_budget>(budget_config{3, 1000});
}

} // namespace

TEST_CASE("a budget gives until it is full, and says what is") {
  const auto budget = small_budget();
  CHECK_FALSE(budget->take(1, 400));
  CHECK_FALSE(budget->take(1, 600));
  CHECK(budget->take(1, 1) == refusal::broker_memory_full);
  CHECK_FALSE(budget->take(1, 0));
  CHECK(budget->take(1, 0) == refusal::broker_full);
  CHECK(budget->requests() == 3);
  CHECK(budget->bytes() == 1000);
}

TEST_CASE("what does not fit takes nothing") {
  const auto budget = small_budget();
  CHECK(budget->take(1, 1001) == refusal::broker_memory_full);
  CHECK(budget->take(4, 1) == refusal::broker_full);
  CHECK(budget->requests() == 0);
  CHECK(budget->bytes() == 0);
}

TEST_CASE("what was given back can be taken again") {
  const auto budget = small_budget();
  CHECK_FALSE(budget->take(3, 1000));
  budget->give_back(1, 500);
  CHECK_FALSE(budget->take(1, 500));
  CHECK(budget->take(1, 0) == refusal::broker_full);
}

TEST_CASE("a size near the end of all numbers is no way around the bound") {
  const auto budget = small_budget();
  CHECK_FALSE(budget->take(1, 10));
  CHECK(budget->take(1, static_cast<std::size_t>(-1)) == refusal::broker_memory_full);
  CHECK(budget->take(static_cast<std::size_t>(-1), 0) == refusal::broker_full);
}

TEST_CASE("a share that ends leaves no debt") {
  const auto budget = small_budget();
  {
    budget_share share(budget);
    CHECK_FALSE(share.take(2, 700));
    share.give_back(1, 100);
    CHECK(budget->requests() == 1);
    CHECK(budget->bytes() == 600);
  }
  CHECK(budget->requests() == 0);
  CHECK(budget->bytes() == 0);
}

TEST_CASE("shares of one budget are bounded together") {
  const auto budget = small_budget();
  budget_share one(budget);
  budget_share other(budget);
  CHECK_FALSE(one.take(2, 0));
  CHECK_FALSE(other.take(1, 0));
  CHECK(other.take(1, 0) == refusal::broker_full);
}

TEST_CASE("a share of no budget is not bounded") {
  budget_share share(nullptr);
  CHECK_FALSE(share.take(1'000'000, 1'000'000'000));
  share.give_back(1'000'000, 1'000'000'000);
}

TEST_CASE("giving back more than was taken is a bug of ours") {
  const auto budget = small_budget();
  budget_share other(budget);
  REQUIRE_FALSE(other.take(2, 100));
  budget_share share(budget);
  REQUIRE_FALSE(share.take(1, 10));
  CHECK(mdp::testing::aborts([&] { share.give_back(2, 10); }));
  CHECK(mdp::testing::aborts([&] { share.give_back(1, 11); }));
}

TEST_CASE("threads that draw from one budget never get more than there is") {
  const auto budget = std::make_shared<broker_budget>(budget_config{5, 50});
  std::atomic<bool> was_over{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      budget_share share(budget);
      for (int round = 0; round < 10'000; ++round)
        if (!share.take(2, 13)) {
          was_over = was_over || budget->requests() > 5 || budget->bytes() > 50;
          share.give_back(2, 13);
        }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK_FALSE(was_over);
  CHECK(budget->requests() == 0);
  CHECK(budget->bytes() == 0);
}
