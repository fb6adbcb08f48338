#include "mdp/actors/service/part_credit.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;

namespace {

const auto always = [] { return true; };

} // namespace

TEST_CASE("a part is on its way as long as somebody holds its bytes") {
  const auto credit = std::make_shared<part_credit>();
  for (const auto size : {0U, 10U, 1000U, 100'000U}) {
    const message whole{frame(std::string(size, 'x')), frame(std::string_view("second"))};
    auto part = credit->book(whole, always);
    CHECK(part == whole);
    CHECK(credit->parts() == 1);
    auto copy = part;
    part = {};
    CHECK(credit->parts() == 1);
    copy = {};
    CHECK(credit->parts() == 0);
  }
}

TEST_CASE("T11 an empty part is one empty frame, and booked like any other") {
  const auto credit = std::make_shared<part_credit>();
  const auto part = credit->book({}, always);
  CHECK(part == message{frame{}});
  CHECK(credit->parts() == 1);
}

TEST_CASE("who sends faster than parts leave waits, and goes on when they do") {
  for (const bool by_count : {true, false}) {
    const auto credit = by_count ? std::make_shared<part_credit>(3, 1U << 20U)
                                 : std::make_shared<part_credit>(1000, 3000);
    const message part{frame(std::string(600, 'x'))};
    std::deque<message> under_way;
    std::mutex mutex;
    std::atomic<int> sent = 0;
    std::thread handler([&] {
      for (int i = 0; i < 20; ++i) {
        auto booked = credit->book(part, always);
        const std::lock_guard guard(mutex);
        under_way.push_back(std::move(booked));
        ++sent;
      }
    });
    std::size_t most = 0;
    while (sent < 20 || credit->parts() > 0) {
      most = std::max(most, credit->parts());
      const std::lock_guard guard(mutex);
      if (!under_way.empty())
        under_way.pop_front();
    }
    handler.join();
    CHECK(most <= 4);
  }
}

TEST_CASE("a part that is larger than all there is goes when nothing else is on its way") {
  const auto credit = std::make_shared<part_credit>(10, 100);
  const auto large = credit->book({frame(std::string(100'000, 'x'))}, always);
  CHECK(credit->parts() == 1);
}

TEST_CASE("who waits for room is let go when the reply is of no use any more") {
  const auto credit = std::make_shared<part_credit>(1, 1000);
  const auto first = credit->book({frame(std::string_view("one"))}, always);
  std::atomic<bool> is_wanted = true;
  std::atomic<bool> is_through = false;
  std::thread handler([&] {
    const auto second =
      credit->book({frame(std::string_view("two"))}, [&] { return is_wanted.load(); });
    is_through = true;
  });
  CHECK_FALSE(is_through);
  is_wanted = false;
  CHECK(eventually([&] { return is_through.load(); }));
  handler.join();
  CHECK(credit->parts() == 1);
}
