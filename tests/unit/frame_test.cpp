#include "mdp/frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

using namespace mdp;
using namespace std::literals;

namespace {

/// Owns bytes as `net` will, and tells when it is gone.
class watched_owner final : public frame_owner {
public:
  explicit watched_owner(bool& gone) : gone_(gone) {}
  watched_owner(const watched_owner&) = delete;
  watched_owner& operator=(const watched_owner&) = delete;
  ~watched_owner() override { gone_ = true; }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
  std::array<std::byte, 200> bytes_{};
  bool& gone_;
};

const std::string just_inline(frame::inline_capacity, 'i');
const std::string just_shared(frame::inline_capacity + 1, 's');

} // namespace

TEST_CASE("a frame without bytes is empty") {
  const frame f;
  CHECK(f.empty());
  CHECK(f.size() == 0);
  CHECK(f.text().empty());
  CHECK(f.hex().empty());
  CHECK(f == frame(""sv));
  CHECK(f == frame(std::span<const std::byte>{}));
  CHECK(f.owner() == nullptr);
}

TEST_CASE("a frame holds the bytes it was made from, on both sides of the inline capacity") {
  for (const auto& text : {"x"s, just_inline, just_shared, std::string(100'000, 'l')}) {
    const frame f(text);
    CHECK(f.size() == text.size());
    CHECK(f.text() == text);
    CHECK((f.owner() == nullptr) == (text.size() <= frame::inline_capacity));
  }
}

TEST_CASE("a frame's bytes are a copy, not a view of what it was made from") {
  for (auto text : {just_inline, just_shared}) {
    const frame f(text);
    const auto before = text;
    text.assign(text.size(), '?');
    CHECK(f == before);
  }
}

TEST_CASE("P3 a frame may hold any byte, NUL as well") {
  const frame f("a\0b\xff"sv);
  CHECK(f.size() == 4);
  CHECK(f.bytes()[1] == std::byte{0});
  CHECK(f.hex() == "610062ff");
  CHECK_FALSE(f == "a"sv);
}

TEST_CASE("frames are equal when their bytes are, wherever they live") {
  bool gone = false;
  {
    auto* owner = new watched_owner(gone);
    const auto far = frame::adopt(owner->bytes().first(3), 200, owner);
    CHECK(far == frame("\0\0\0"sv));
    CHECK_FALSE(far == frame("\0\0"sv));
    CHECK(std::hash<frame>{}(far) == std::hash<frame>{}(frame("\0\0\0"sv)));
    CHECK(std::unordered_set<frame>{far}.contains(frame("\0\0\0"sv)));
  }
  CHECK(gone);
}

TEST_CASE("copies of a large frame share its bytes and outlive each other") {
  auto first = std::make_unique<frame>(just_shared);
  const frame second = *first;
  CHECK(second.data() == first->data());
  first.reset();
  CHECK(second == just_shared);
}

TEST_CASE("copies of a small frame are independent") {
  auto first = std::make_unique<frame>(just_inline);
  const frame second = *first;
  CHECK(second.data() != first->data());
  first.reset();
  CHECK(second == just_inline);
}

TEST_CASE("a moved-from frame is empty and can be used again") {
  for (const auto& text : {just_inline, just_shared}) {
    frame from(text);
    frame to(std::move(from));
    CHECK(to == text);
    CHECK(from.empty()); // NOLINT(bugprone-use-after-move)
    from = to;
    CHECK(from == text);
    to = std::move(from);
    CHECK(to == text);
    CHECK(from.empty()); // NOLINT(bugprone-use-after-move)
  }
}

TEST_CASE("assigning a frame to itself changes nothing") {
  for (const auto& text : {just_inline, just_shared}) {
    frame f(text);
    auto& same = f;
    f = same;
    CHECK(f == text);
    f = std::move(same);
    CHECK(f == text);
  }
}

TEST_CASE("assignment crosses between small and large frames") {
  frame f(just_inline);
  f = frame(just_shared);
  CHECK(f == just_shared);
  f = frame(just_inline);
  CHECK(f == just_inline);
  f = frame{};
  CHECK(f.empty());
}

TEST_CASE("Z12 O12 an adopted owner goes with the last frame that refers to it") {
  bool gone = false;
  auto* owner = new watched_owner(gone);
  {
    const auto first = frame::adopt(owner->bytes(), 200, owner);
    CHECK(first.owner() == owner);
    CHECK(first.data() == owner->bytes().data());
    const frame second = first;
    frame third;
    third = second;
    CHECK_FALSE(gone);
  }
  CHECK(gone);
}

TEST_CASE("T23 a frame's footprint is what it retains, not what it shows") {
  bool gone = false;
  auto* owner = new watched_owner(gone);
  const auto f = frame::adopt(owner->bytes().first(1), 8192, owner);
  CHECK(f.size() == 1);
  CHECK(f.footprint() == sizeof(frame) + 8192);
  CHECK(frame(just_inline).footprint() == sizeof(frame));
  CHECK(frame(just_shared).footprint() == sizeof(frame) + just_shared.size());
}

TEST_CASE("a frame can be written in place, on both sides of the inline capacity") {
  for (const auto size : {std::size_t{0}, std::size_t{1}, just_inline.size(), just_shared.size()}) {
    int calls = 0;
    const auto f = frame::filled(size, [&](std::span<std::byte> room) {
      ++calls;
      CHECK(room.size() == size);
      std::ranges::fill(room, std::byte{'w'});
    });
    CHECK(calls == 1);
    CHECK(f == std::string(size, 'w'));
  }
  CHECK_THROWS_AS(frame::filled(1000, [](auto) { throw std::runtime_error("no ink"); }),
                  std::runtime_error);
}

TEST_CASE("a slice of a large frame shares its bytes and keeps them, a small one has its own") {
  auto whole = std::make_unique<frame>(std::string(1000, 'x') + std::string(1000, 'y'));
  const auto half = whole->slice(1000, 1000);
  const auto few = whole->slice(998, 4);
  CHECK(half.data() == whole->data() + 1000);
  CHECK(half.footprint() == whole->footprint());
  CHECK(few.owner() == nullptr);
  CHECK(whole->slice(2000, 0).empty());
  CHECK(whole->slice(0, 2000) == *whole);
  whole.reset();
  CHECK(half == std::string(1000, 'y'));
  CHECK(half.slice(10, 900) == std::string(900, 'y'));
  CHECK(few == "xxyy");
  CHECK(frame(just_inline).slice(3, 2) == "ii");
}

TEST_CASE("copies of one frame may come and go on several threads") {
  const frame original(just_shared);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([copy = original] {
      for (int turn = 0; turn < 1000; ++turn) {
        const frame mine = copy;
        if (mine.size() != copy.size())
          std::abort();
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(original == just_shared);
}
