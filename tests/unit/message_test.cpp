#include "mdp/message.hpp"
#include "support/counted_allocations.hpp"
#include "support/engine_testing.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <utility>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

TEST_CASE("a new message is empty") {
  message m;
  CHECK(m.empty());
  CHECK(m.size() == 0);
  CHECK(m.frames().empty());
  CHECK(m.peek() == nullptr);
  CHECK(m.pop() == std::nullopt);
  CHECK(m == message{});
}

TEST_CASE("T18 what is pushed last is popped first, and the top is first on the wire") {
  message m;
  m.push(frame("body"sv));
  m.push(frame("header"sv));
  CHECK(m == multipart({"header", "body"}));
  CHECK(*m.peek() == "header");
  CHECK(m.size() == 2);
  CHECK(*m.pop() == "header");
  CHECK(*m.pop() == "body");
  CHECK(m.empty());
}

TEST_CASE("appending adds behind the last frame") {
  auto m = multipart({"a"});
  m.append(frame("b"sv));
  m.append(multipart({"c", "d"}));
  m.append(message{});
  CHECK(m == multipart({"a", "b", "c", "d"}));
}

TEST_CASE("appending takes no account of what was popped on either side") {
  auto left = multipart({"x", "a"});
  auto right = multipart({"y", "b"});
  left.drop(1);
  right.drop(1);
  left.append(right);
  CHECK(left == multipart({"a", "b"}));
  CHECK(right == multipart({"b"}));
  left.drop(2);
  left.append(std::move(right));
  CHECK(left == multipart({"b"}));
}

TEST_CASE("a message can be appended to itself") {
  auto m = multipart({"x", "a", "b"});
  m.drop(1);
  m.append(m);
  CHECK(m == multipart({"a", "b", "a", "b"}));
}

TEST_CASE("dropping takes frames off the front, all of them if there are fewer") {
  auto m = multipart({"a", "b", "c"});
  m.drop(0);
  CHECK(m.size() == 3);
  m.drop(2);
  CHECK(m == multipart({"c"}));
  m.drop(5);
  CHECK(m.empty());
  m.push(frame("d"sv));
  CHECK(m == multipart({"d"}));
}

TEST_CASE("messages are equal when their frames are, whatever was popped before") {
  auto m = multipart({"x", "a", "b"});
  m.drop(1);
  CHECK(m == multipart({"a", "b"}));
  CHECK_FALSE(m == multipart({"a"}));
  CHECK_FALSE(m == multipart({"b", "a"}));
  CHECK_FALSE(m == multipart({"a", "b", ""}));
}

TEST_CASE("frames can be iterated and indexed from the top") {
  auto m = multipart({"x", "a", "b"});
  m.drop(1);
  std::string joined;
  for (const auto& f : m)
    joined += f.text();
  CHECK(joined == "ab");
  CHECK(m[0] == "a");
  CHECK(m[1] == "b");
}

TEST_CASE("a copy is independent but for the bytes of large frames") {
  auto m = multipart({"a", std::string(1000, 'x')});
  auto copy = m;
  CHECK(copy[1].data() == m[1].data());
  copy.drop(1);
  CHECK(m.size() == 2);
  m = message{};
  CHECK(copy[0].size() == 1000);
}

TEST_CASE("what a message was moved from is empty, even after a pop") {
  auto m = multipart({"x", "a"});
  m.drop(1);
  auto to = std::move(m);
  CHECK(to == multipart({"a"}));
  CHECK(m.empty()); // NOLINT(bugprone-use-after-move)
  CHECK(m.size() == 0);
  CHECK(m.frames().empty());
  m.push(frame("b"sv));
  CHECK(m == multipart({"b"}));

  m.drop(1);
  m = std::move(to);
  CHECK(m == multipart({"a"}));
  CHECK(to.empty()); // NOLINT(bugprone-use-after-move)
}

TEST_CASE("moving a message into itself keeps it") {
  auto m = multipart({"x", "a"});
  m.drop(1);
  auto& same = m;
  m = std::move(same);
  CHECK(m == multipart({"a"}));
}

TEST_CASE("T23 bytes and footprint count the frames that are left") {
  auto m = multipart({"abc", std::string(1000, 'x'), ""});
  CHECK(m.byte_count() == 1003);
  CHECK(m.footprint() == 3 * sizeof(frame) + 1000);
  m.drop(2);
  CHECK(m.byte_count() == 0);
  CHECK(m.footprint() == sizeof(frame));
}

TEST_CASE("a message used as a queue for ever stays in the memory it has") {
  for (const std::size_t length : {1, 3, 100}) {
    CAPTURE(length);
    message queue;
    std::set<const frame*> slots;
    for (std::size_t i = 0; i < length; ++i)
      queue.append(frame(std::to_string(i)));
    for (std::size_t i = length; i < 20'000; ++i) {
      slots.insert(queue.peek());
      REQUIRE(*queue.pop() == std::to_string(i - length));
      if (i % 2 == 0 || queue.empty()) // an empty message takes over the memory of what is appended
        queue.append(frame(std::to_string(i)));
      else
        queue.append(message{frame(std::to_string(i))});
    }
    CHECK(queue.size() == length);
    CHECK(slots.size() <= 8 * length + 16);
  }
}

TEST_CASE("popping lets go of the bytes at once") {
  auto m = multipart({std::string(1000, 'x'), "a"});
  const auto kept = *m.pop();
  m.push(frame("b"sv));
  CHECK(kept.size() == 1000);
  CHECK(m == multipart({"b", "a"}));
}

TEST_CASE("T23 a compact message has its frames, and no memory for others") {
  const auto begin = held_bytes();
  const auto exact = multipart({"a", std::string(1000, 'x')});
  const auto least = held_bytes() - begin;
  const auto before = held_bytes();
  message m;
  m.reserve(6); // as one that was received
  m.append(frame("header"sv));
  m.append(frame("a"sv));
  m.append(frame(std::string(1000, 'x')));
  m.drop(1);
  const auto* const shared = m[1].data();
  CHECK(held_bytes() - before > least);
  m.compact();
  CHECK(held_bytes() - before == least);
  CHECK(m == exact);
  CHECK(m[1].data() == shared);
  const auto* const slots = m.peek();
  m.compact(); // nothing to do
  CHECK(m.peek() == slots);
  m.push(frame("header"sv));
  m.append(frame("b"sv));
  CHECK(m == multipart({"header", "a", std::string(1000, 'x'), "b"}));

  message nothing;
  nothing.compact();
  CHECK(nothing.empty());
  nothing = multipart({"a"});
  nothing.drop(1);
  nothing.compact();
  CHECK(nothing.empty());
}

TEST_CASE("a copy to push on takes a worker's whole header without another allocation") {
  auto m = multipart({"header", "a", std::string(1000, 'x')});
  m.drop(1);
  const auto before = allocations();
  auto copy = m.copy_to_push_on();
  for (const auto text : {"", "address", "command", "protocol", ""})
    copy.push(frame(std::string_view(text)));
  CHECK(allocations() - before == 1);
  CHECK(copy == multipart({"", "protocol", "command", "address", "", "a", std::string(1000, 'x')}));
  CHECK(copy[6].data() == m[1].data());
  CHECK(m == multipart({"a", std::string(1000, 'x')}));
  CHECK(message{}.copy_to_push_on().empty());
}

TEST_CASE("any sequence of operations does what the same does to a deque") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    message m;
    std::deque<std::string> model;
    for (int step = 0; step < 100; ++step) {
      const auto text = std::string(random() % 100, static_cast<char>('a' + step % 26));
      switch (random() % 10) {
      case 0:
      case 1:
        m.push(frame(text));
        model.push_front(text);
        break;
      case 2:
        m.append(frame(text));
        model.push_back(text);
        break;
      case 3: {
        const auto popped = m.pop();
        REQUIRE(popped.has_value() == !model.empty());
        if (popped) {
          CHECK(*popped == model.front());
          model.pop_front();
        }
        break;
      }
      case 4: {
        const auto count = random() % 4;
        m.drop(count);
        model.erase(model.begin(),
                    model.begin() + static_cast<std::ptrdiff_t>(std::min(count, model.size())));
        break;
      }
      case 5: {
        const auto taken = m;
        m.append(taken);
        for (const auto& f : taken)
          model.emplace_back(f.text());
        m.drop(taken.size());
        model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(taken.size()));
        break;
      }
      case 6: {
        const auto copy = m;
        m = copy;
        break;
      }
      case 7:
        m.compact();
        break;
      case 8:
        m = m.copy_to_push_on();
        break;
      default: {
        auto moved = std::move(m);
        m = std::move(moved);
      }
      }
      REQUIRE(m.size() == model.size());
      for (std::size_t i = 0; i < model.size(); ++i)
        REQUIRE(m[i] == model[i]);
    }
  }
}

TEST_CASE("a frame that is not there is a bug of ours to ask for") {
  message two = multipart({"a", "b"});
  CHECK(mdp::testing::aborts([&] { static_cast<void>(two[2]); }));
  two.pop();
  CHECK(mdp::testing::aborts([&] { static_cast<void>(two[1]); }));
  CHECK_FALSE(mdp::testing::aborts([&] { static_cast<void>(two[0]); }));
}
