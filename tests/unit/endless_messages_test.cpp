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

/// A message and the buffers are a hundred bytes; all together may hold three hundred.
struct fixture {
  endless_messages watch{{.bound = 100, .total = 300}};

  /// Looks when these connections have received so much.
  void look(const std::map<int, std::uint64_t>& received) {
    watch.look([&](int connection) -> std::optional<std::uint64_t> {
      const auto known = received.find(connection);
      return known == received.end() ? std::nullopt : std::optional(known->second);
    });
  }

  void open(int count) {
    for (int connection = 1; connection <= count; ++connection)
      watch.opened(connection);
  }

  bool acquits_all() {
    const auto guilty = watch.judgement();
    return guilty.endless.empty() && guilty.crowding.empty();
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "T8 who receives more than a message can be and delivers none is found") {
  open(1);
  look({{1, 100}});
  CHECK_FALSE(watch.has_suspects());
  look({{1, 101}});
  CHECK(watch.has_suspects());
  CHECK(watch.judgement().endless == std::vector{1});
  CHECK_FALSE(watch.has_suspects());
  CHECK(watch.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "what was delivered is not held") {
  open(1);
  watch.delivered(1, 50);
  look({{1, 150}});
  CHECK(watch.held() == 100);
  CHECK_FALSE(watch.has_suspects());
  look({{1, 151}});
  CHECK(watch.has_suspects());
}

TEST_CASE_FIXTURE(fixture, "a suspect that delivers before all is read is left alone") {
  open(2);
  look({{1, 500}, {2, 500}});
  look({{1, 600}, {2, 600}}); // its owner has much to read, and looks again meanwhile
  watch.delivered(2, 700);
  CHECK(watch.judgement().endless == std::vector{1});
  CHECK(watch.size() == 1);
  CHECK(acquits_all()); // once
}

TEST_CASE_FIXTURE(fixture, "T8 when all together hold too much, those that hold most have to go") {
  open(5);
  look({{1, 50}, {2, 90}, {3, 60}, {4, 95}, {5, 5}});
  CHECK(watch.held() == 300);
  CHECK_FALSE(watch.has_suspects());
  look({{1, 50}, {2, 90}, {3, 60}, {4, 96}, {5, 95}});
  REQUIRE(watch.has_suspects());
  const auto guilty = watch.judgement();
  CHECK(guilty.endless.empty());
  CHECK(guilty.crowding == std::vector{4}); // without it there are 295
  look({{1, 50}, {2, 90}, {3, 60}, {5, 95}});
  CHECK_FALSE(watch.has_suspects());
}

TEST_CASE_FIXTURE(fixture, "T8 ten thousand small pieces are no way around the total") {
  watch = endless_messages({.bound = 100, .total = 50'000});
  open(10'000);
  std::map<int, std::uint64_t> received;
  for (int connection = 1; connection <= 10'000; ++connection)
    received[connection] = 6;
  look(received);
  REQUIRE(watch.has_suspects());
  CHECK(watch.judgement().crowding.size() == 1'667); // 8333 times 6 are less than 50 000
  CHECK(watch.size() == 8'333);
}

TEST_CASE_FIXTURE(fixture, "who has gone beyond what a message may be does not push others out") {
  open(3);
  look({{1, 290}, {2, 90}, {3, 90}});
  const auto guilty = watch.judgement();
  CHECK(guilty.endless == std::vector{1});
  CHECK(guilty.crowding.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "when all together held too much and have delivered since, nobody goes") {
  open(4);
  look({{1, 90}, {2, 90}, {3, 90}, {4, 90}});
  REQUIRE(watch.has_suspects());
  watch.delivered(3, 80);
  CHECK(acquits_all());
  CHECK(watch.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "an owner who is never done with reading judges after a while") {
  open(1);
  for (std::uint32_t i = 0; i < mdp::defaults::endless_patience_looks; ++i)
    look({{1, 200}});
  CHECK_FALSE(watch.is_judgement_due());
  look({{1, 200}});
  CHECK(watch.is_judgement_due());
  CHECK(watch.judgement().endless == std::vector{1});
  CHECK_FALSE(watch.is_judgement_due());
}

TEST_CASE_FIXTURE(
  fixture, "T8 an owner who is behind with reading does not take those it hears for endless") {
  open(3);
  watch.delivered(2, 50); // before there was a suspicion, which is no excuse
  for (std::uint32_t i = 0; i <= mdp::defaults::endless_patience_looks; ++i) {
    look({{1, 400}, {2, 250}, {3, 150}});
    watch.delivered(1, 2);
  }
  REQUIRE(watch.is_judgement_due());
  auto guilty = watch.judgement();
  std::ranges::sort(guilty.endless);
  CHECK(guilty.endless == std::vector{2, 3});
  CHECK(guilty.crowding.empty()); // it holds no more than all may
  CHECK(watch.size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "T8 the total holds also for those that an owner who is behind still hears") {
  open(2);
  for (std::uint32_t i = 0; i <= mdp::defaults::endless_patience_looks; ++i) {
    look({{1, 450}, {2, 200}});
    watch.delivered(1, 1);
    watch.delivered(2, 1);
  }
  REQUIRE(watch.is_judgement_due());
  CHECK(watch.judgement().crowding == std::vector{1});
}

TEST_CASE_FIXTURE(fixture, "suspicion that was not confirmed begins anew") {
  open(1);
  for (std::uint32_t i = 0; i < mdp::defaults::endless_patience_looks; ++i)
    look({{1, 200}});
  watch.delivered(1, 150);
  look({{1, 200}});
  CHECK_FALSE(watch.has_suspects());
  look({{1, 300}});
  CHECK(watch.has_suspects());
  CHECK_FALSE(watch.is_judgement_due());
}

TEST_CASE_FIXTURE(fixture, "the next look is soon while much is held") {
  open(1);
  look({{1, 75}});
  CHECK_FALSE(watch.is_pressed());
  look({{1, 76}});
  CHECK(watch.is_pressed());
  watch.delivered(1, 76);
  look({{1, 100}});
  CHECK_FALSE(watch.is_pressed());
}

TEST_CASE_FIXTURE(fixture,
                  "nobody saves up what was counted as delivered and had not been received") {
  open(1);
  watch.delivered(1, 1'000);
  look({{1, 10}});
  look({{1, 110}});
  CHECK(watch.held() == 100);
  look({{1, 111}});
  CHECK(watch.has_suspects());
}

TEST_CASE_FIXTURE(fixture, "a connection that has ended is forgotten in whatever state it was") {
  for (const std::uint64_t received : {5, 50, 500}) {
    fixture f;
    f.watch.opened(1);
    f.look({{1, received}});
    f.watch.closed(1);
    f.watch.delivered(1, 5); // it had said something before
    CHECK(f.acquits_all());
    CHECK(f.watch.size() == 0);
  }
}

TEST_CASE_FIXTURE(fixture, "a name that comes again is another connection, and begins at nothing") {
  open(1);
  look({{1, 500}});
  watch.opened(1); // nobody said that the other one had ended
  look({{1, 100}});
  CHECK_FALSE(watch.has_suspects());
}

TEST_CASE_FIXTURE(fixture, "who cannot be measured is let be") {
  open(2);
  look({});
  CHECK(watch.held() == 0);
  watch.delivered(1, 50);
  look({{2, 20}});
  CHECK(watch.held() == 20);
  CHECK_FALSE(watch.has_suspects());
}

TEST_CASE_FIXTURE(fixture, "many are looked at a few at a time, and judged when all have been") {
  open(10);
  std::vector<int> asked;
  const auto look_at_four = [&] {
    return watch.look(
      [&](int connection) {
        asked.push_back(connection);
        return std::optional<std::uint64_t>(connection == 7 ? 200 : 10);
      },
      4);
  };
  for (int round = 0; round < 2; ++round) {
    asked.clear();
    CHECK_FALSE(look_at_four());
    CHECK_FALSE(look_at_four());
    CHECK(watch.held() == (round == 0 ? 0 : 290)); // that of the last round
    CHECK(look_at_four());
    std::ranges::sort(asked);
    CHECK(asked == std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(watch.held() == 290);
    CHECK(watch.has_suspects());
  }
  CHECK_FALSE(look_at_four());
  CHECK(watch.judgement().endless == std::vector{7});
  asked.clear();
  CHECK_FALSE(look_at_four()); // a round that begins anew
  CHECK_FALSE(look_at_four());
  CHECK(look_at_four());
  CHECK(asked.size() == 9);
  CHECK(watch.held() == 90);
  CHECK_FALSE(watch.has_suspects());
}

TEST_CASE_FIXTURE(fixture, "who comes and who goes while all are looked at is no harm") {
  open(6);
  std::vector<int> asked;
  const auto look_at_three = [&] {
    return watch.look(
      [&](int connection) {
        asked.push_back(connection);
        return std::optional<std::uint64_t>(10);
      },
      3);
  };
  CHECK_FALSE(look_at_three());
  const auto first = asked;
  for (int connection = 1; connection <= 6; ++connection)
    if (std::ranges::find(first, connection) == first.end())
      watch.closed(connection);
  watch.opened(7);
  CHECK(look_at_three());
  CHECK(asked == first); // the next round is the newcomer's
  asked.clear();
  CHECK_FALSE(look_at_three());
  CHECK(look_at_three());
  CHECK(std::ranges::find(asked, 7) != asked.end());
  CHECK(watch.held() == 40);
}

TEST_CASE("who ends each message in time is never hung up on, however it sends and is read") {
  constexpr std::uint64_t largest = 80; // and 20 of the bound are for what is in buffers
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    const auto roll = [&](std::uint64_t from, std::uint64_t to) {
      return std::uniform_int_distribution<std::uint64_t>(from, to)(dice);
    };
    endless_messages watch{{.bound = largest + 20, .total = 1'000}};
    watch.opened(1);
    std::uint64_t received = 0;
    std::uint64_t message = roll(1, largest);
    std::uint64_t end_of_message = message;
    std::vector<std::uint64_t> unread; // messages that have arrived in whole
    const auto read_all = [&] {
      for (const auto bytes : unread)
        watch.delivered(1, bytes);
      unread.clear();
    };
    for (int step = 0; step < 300; ++step) {
      received += roll(0, 30);
      const auto in_buffers = std::min<std::uint64_t>(received, roll(0, 20));
      while (end_of_message <= received - in_buffers) {
        unread.push_back(message);
        message = roll(1, largest);
        end_of_message += message;
      }
      if (roll(0, 3) == 0)
        read_all();
      if (roll(0, 3) == 0)
        watch.look([&](int) { return std::optional(received); }, roll(0, 2));
      if (watch.has_suspects() && roll(0, 1) == 0) {
        read_all();
        REQUIRE(watch.judgement().endless.empty());
        REQUIRE(watch.size() == 1);
      }
    }
  }
}

TEST_CASE(
  "T8 what unfinished messages hold is within the total after each judgement, whoever sends") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    const auto roll = [&](std::uint64_t from, std::uint64_t to) {
      return std::uniform_int_distribution<std::uint64_t>(from, to)(dice);
    };
    struct peer {
      std::uint64_t received = 0;
      std::uint64_t ended = 0; // of that, in whole messages
      bool is_open = false;
    };
    std::vector<peer> peers(30);
    endless_messages watch{{.bound = 100, .total = 300}};
    for (int step = 0; step < 200; ++step) {
      const auto which = static_cast<int>(roll(0, peers.size() - 1));
      auto& one = peers[static_cast<std::size_t>(which)];
      if (!one.is_open) {
        one = {.is_open = true};
        watch.opened(which);
      }
      one.received += roll(0, 60);
      if (roll(0, 4) == 0) {
        watch.delivered(which, one.received - one.ended);
        one.ended = one.received;
      }
      if (roll(0, 5) != 0)
        continue;
      watch.look([&](int i) { return std::optional(peers[static_cast<std::size_t>(i)].received); });
      if (!watch.has_suspects())
        continue;
      const auto guilty = watch.judgement();
      for (const auto* group : {&guilty.endless, &guilty.crowding})
        for (const auto each : *group)
          peers[static_cast<std::size_t>(each)] = {};
      std::uint64_t held = 0;
      for (const auto& each : peers) {
        held += each.received - each.ended;
        REQUIRE(each.received - each.ended <= 100);
      }
      REQUIRE(held <= 300);
    }
  }
}
