#include "mdp/peers/endless_messages.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

using namespace mdp::peers;

namespace {

/// Up to ten bytes go unnoticed; a message and the buffers are a hundred.
struct fixture {
  endless_messages watch{10, 100};

  /// Looks when these connections have received so much.
  void look(const std::map<int, std::uint64_t>& received) {
    watch.look([&](int connection) -> std::optional<std::uint64_t> {
      const auto known = received.find(connection);
      return known == received.end() ? std::nullopt : std::optional(known->second);
    });
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "T8 who receives more than a message can be and delivers none is found") {
  watch.opened(1);
  look({{1, 10}});
  CHECK_FALSE(watch.is_watching());
  look({{1, 11}});
  CHECK(watch.is_watched(1));
  look({{1, 111}});
  CHECK_FALSE(watch.has_suspects());
  look({{1, 112}});
  CHECK(watch.has_suspects());
  CHECK(watch.drained() == std::vector{1});
  CHECK_FALSE(watch.is_watching());
  CHECK_FALSE(watch.has_suspects());
  CHECK(watch.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "what was received before a connection was watched does not count") {
  watch.opened(1);
  look({{1, 1'000'000}}); // in small messages, for all we know
  CHECK(watch.is_watched(1));
  look({{1, 1'000'100}});
  CHECK_FALSE(watch.has_suspects());
  CHECK(watch.drained().empty());
}

TEST_CASE_FIXTURE(fixture, "who delivers is not watched any more, and counts from then on") {
  watch.opened(1);
  look({{1, 50}});
  watch.delivered(1, 120);
  CHECK_FALSE(watch.is_watching());
  look({{1, 130}});
  CHECK_FALSE(watch.is_watching());
  look({{1, 131}});
  CHECK(watch.is_watched(1));
}

TEST_CASE_FIXTURE(fixture, "a suspect that delivers before all is read is left alone") {
  watch.opened(1);
  watch.opened(2);
  look({{1, 50}, {2, 50}});
  look({{1, 500}, {2, 500}});
  look({{1, 600}, {2, 600}}); // its owner has much to read, and looks again meanwhile
  watch.delivered(2, 700);
  CHECK(watch.drained() == std::vector{1});
  CHECK(watch.size() == 1);
  CHECK(watch.drained().empty()); // once
}

TEST_CASE_FIXTURE(fixture, "a message of somebody who is not watched changes nothing") {
  watch.opened(1);
  watch.delivered(1, 50);
  watch.delivered(7, 50);
  look({{1, 11}});
  CHECK(watch.is_watched(1));
}

TEST_CASE_FIXTURE(fixture, "a connection that has ended is forgotten in whatever state it was") {
  for (const std::uint64_t received : {5, 50, 500}) {
    fixture f;
    f.watch.opened(1);
    f.look({{1, 5}});
    f.look({{1, received}});
    f.look({{1, 2 * received}});
    f.watch.closed(1);
    CHECK_FALSE(f.watch.is_watching());
    CHECK(f.watch.drained().empty());
    CHECK(f.watch.size() == 0);
  }
}

TEST_CASE_FIXTURE(fixture, "a name that comes again is another connection, and begins at nothing") {
  watch.opened(1);
  look({{1, 50}});
  look({{1, 500}});
  watch.opened(1); // nobody said that the other one had ended
  CHECK_FALSE(watch.has_suspects());
  look({{1, 10}});
  CHECK_FALSE(watch.is_watching());
}

TEST_CASE_FIXTURE(fixture, "who cannot be measured, or has received less than before, is let be") {
  watch.opened(1);
  watch.opened(2);
  look({{2, 50}});
  look({{2, 3}});
  CHECK(watch.drained().empty());
  CHECK_FALSE(watch.is_watched(1));
}

TEST_CASE("who ends each message in time is never hung up on, however it sends and is read") {
  constexpr std::uint64_t largest = 80; // and 20 of the bound are for what is in buffers
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    const auto roll = [&](std::uint64_t from, std::uint64_t to) {
      return std::uniform_int_distribution<std::uint64_t>(from, to)(dice);
    };
    endless_messages watch{10, largest + 20};
    watch.opened(1);
    std::uint64_t received = 0;
    std::uint64_t end_of_message = roll(1, largest);
    std::uint64_t unread = 0; // messages that have arrived in whole
    const auto read_all = [&] {
      for (; unread > 0; --unread)
        watch.delivered(1, received);
    };
    for (int step = 0; step < 300; ++step) {
      received += roll(0, 30);
      const auto in_buffers = std::min<std::uint64_t>(received, roll(0, 20));
      while (end_of_message <= received - in_buffers) {
        ++unread;
        end_of_message += roll(1, largest);
      }
      if (roll(0, 3) == 0)
        read_all();
      if (roll(0, 3) == 0)
        watch.look([&](int) { return std::optional(received); });
      if (watch.has_suspects() && roll(0, 1) == 0) {
        read_all();
        REQUIRE(watch.drained().empty());
      }
    }
  }
}
