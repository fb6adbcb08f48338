#include "mdp/shared_frame.hpp"
#include "support/counted_allocations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

static_assert(sizeof(shared_frame) == sizeof(void*));

TEST_CASE("an empty shared frame is one without memory") {
  const auto before = allocations();
  const shared_frame nothing;
  const shared_frame made_of_nothing{frame()};
  CHECK(allocations() == before);
  CHECK(nothing.empty());
  CHECK(nothing.get().empty());
  CHECK(nothing.text().empty());
  CHECK(nothing == made_of_nothing);
  CHECK(nothing == ""sv);
}

TEST_CASE("copies of a shared frame are the same bytes in the same place") {
  shared_frame first = frame("anna"sv);
  const auto before = allocations();
  const auto second = first;
  shared_frame third;
  third = second;
  CHECK(allocations() == before);
  CHECK(second.get().data() == first.get().data());
  first = frame("bert"sv);
  CHECK(first == "bert"sv);
  CHECK(second == "anna"sv);
  CHECK(third == second);
  CHECK_FALSE(first == second);
  CHECK(second == shared_frame(frame("anna"sv)));
}

TEST_CASE("what a shared frame was moved from is empty") {
  shared_frame from = frame("anna"sv);
  shared_frame to = std::move(from);
  CHECK(from.empty()); // NOLINT(bugprone-use-after-move)
  CHECK(to == "anna"sv);
  auto& same = to;
  to = std::move(same);
  CHECK(to == "anna"sv);
}

TEST_CASE("the bytes of a shared frame go with the last who has them") {
  const auto before = held_bytes();
  {
    shared_frame kept;
    {
      const shared_frame first = frame(std::string(1000, 'x'));
      kept = first;
    }
    CHECK(kept.get().size() == 1000);
    CHECK(held_bytes() - before > 1000);
  }
  CHECK(held_bytes() == before);
}

TEST_CASE("a shared frame stands where a frame is asked for") {
  const shared_frame shared = frame("anna"sv);
  const auto size_of = [](const frame& f) { return f.size(); };
  CHECK(size_of(shared) == 4);
  const frame copy = shared;
  CHECK(copy == "anna"sv);
}

TEST_CASE("copies of one shared frame may be made and dropped by several threads at once") {
  const shared_frame first = frame(std::string(100, 'x'));
  std::vector<std::thread> threads;
  std::vector<std::size_t> sizes(4);
  for (auto& size : sizes)
    threads.emplace_back([&size, mine = first] {
      for (int i = 0; i < 1000; ++i) {
        const auto copy = mine;
        size += copy.get().size();
      }
    });
  for (auto& each : threads)
    each.join();
  for (const auto size : sizes)
    CHECK(size == 100'000);
}
