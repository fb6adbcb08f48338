#include "mdp/peers/peer_backlog.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::peers;
using namespace std::chrono_literals;

namespace {

const frame alice("alice");
const frame bob("bob");
constexpr peer_id alice_id{1};
constexpr peer_id bob_id{2};
constexpr time_point start{1h};

message text(const std::string& body) {
  return message{frame(body)};
}

using drops = std::vector<dropped_messages>;

/// Lets everything go that is due; says what went, in order.
std::string drain(peer_backlog& backlog, time_point now) {
  std::string sent;
  while (const auto next = backlog.next_attempt(now)) {
    sent += std::string(next->frames[0].text()) + ' ';
    backlog.succeeded();
  }
  return sent;
}

/// A backlog that takes three messages, 50 small ones' bytes and ten seconds.
backlog_limits small_limits() {
  backlog_limits limits;
  limits.max_messages = 3;
  limits.max_age = 10s;
  limits.retry_min = 2ms;
  limits.retry_max = 50ms;
  return limits;
}

} // namespace

TEST_CASE("nothing parked is never due") {
  peer_backlog backlog;
  CHECK(backlog.empty());
  CHECK(backlog.next_due() == never);
  CHECK_FALSE(backlog.next_attempt(start).has_value());
  CHECK_FALSE(backlog.holds_back(alice));
}

TEST_CASE("T14: parked messages hold back their own peer and nobody else") {
  peer_backlog backlog;
  CHECK(backlog.park(alice, alice_id, text("1"), start).empty());
  CHECK(backlog.holds_back(alice));
  CHECK_FALSE(backlog.holds_back(bob));
  CHECK(backlog.size() == 1);
  CHECK(backlog.bytes() >= text("1").footprint());
}

TEST_CASE("a parked message is tried after the first pause, not before") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("1"), start).empty());
  CHECK(backlog.next_due() == start + 2ms);
  CHECK_FALSE(backlog.next_attempt(start + 1ms).has_value());
  const auto next = backlog.next_attempt(start + 2ms);
  REQUIRE(next.has_value());
  CHECK(next->routing_id == alice);
  CHECK(next->peer == alice_id);
  CHECK(next->frames == text("1"));
}

TEST_CASE("a peer's messages go in their order, and then it holds nothing back") {
  peer_backlog backlog(small_limits());
  for (const auto* body : {"1", "2", "3"})
    REQUIRE(backlog.park(alice, alice_id, text(body), start).empty());
  CHECK(drain(backlog, start + 2ms) == "1 2 3 ");
  CHECK(backlog.empty());
  CHECK(backlog.bytes() == 0);
  CHECK(backlog.next_due() == never);
}

TEST_CASE(
  "O11 the pause doubles up to its bound while nothing moves, and starts anew when something did") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("1"), start).empty());
  REQUIRE(backlog.park(alice, alice_id, text("2"), start).empty());
  auto now = start;
  for (const auto pause : {2ms, 2ms, 4ms, 8ms, 16ms, 32ms, 50ms, 50ms}) {
    CHECK(backlog.next_due() == now + pause);
    now = backlog.next_due();
    REQUIRE(backlog.next_attempt(now).has_value());
    REQUIRE(backlog.postponed(now).empty());
  }
  now = backlog.next_due();
  REQUIRE(backlog.next_attempt(now).has_value());
  backlog.succeeded();
  REQUIRE(backlog.next_attempt(now).has_value());
  REQUIRE(backlog.postponed(now).empty());
  CHECK(backlog.next_due() == now + 2ms);
}

TEST_CASE("O11 a peer without room does not hold up the next") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("a"), start).empty());
  REQUIRE(backlog.park(bob, bob_id, text("b"), start + 1ms).empty());
  const auto now = start + 5ms;
  REQUIRE(backlog.next_attempt(now)->routing_id == alice); // due first
  REQUIRE(backlog.postponed(now).empty());
  CHECK(drain(backlog, now) == "b ");
  CHECK(backlog.size() == 1);
}

TEST_CASE("T21: over its number of messages a peer is dropped, with a count of all it loses") {
  peer_backlog backlog(small_limits());
  for (const auto* body : {"1", "2", "3"})
    REQUIRE(backlog.park(alice, alice_id, text(body), start).empty());
  CHECK(backlog.park(alice, alice_id, text("4"), start) == drops{{alice, alice_id, 4}});
  CHECK(backlog.size() == 0);
  CHECK(backlog.bytes() == 0);
}

TEST_CASE("T21: over its bytes a peer is dropped, but one message may always wait") {
  auto limits = small_limits();
  limits.max_bytes = 1000;
  peer_backlog backlog(limits);
  const auto large = text(std::string(2000, 'x'));
  CHECK(backlog.park(alice, alice_id, large, start).empty());
  CHECK(backlog.park(alice, alice_id, text("2"), start) == drops{{alice, alice_id, 2}});
}

TEST_CASE("T23: memory is counted, not only payload") {
  peer_backlog backlog;
  REQUIRE(backlog.park(alice, alice_id, message{frame()}, start).empty());
  CHECK(backlog.bytes() >= sizeof(frame));
}

TEST_CASE("T21: what stays too long makes its peer too slow, exactly at its age") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("1"), start).empty());
  REQUIRE(backlog.park(alice, alice_id, text("2"), start + 5s).empty());
  auto now = start;
  drops dropped;
  for (int tries = 0; dropped.empty() && tries < 10'000; ++tries) {
    now = backlog.next_due();
    REQUIRE(backlog.next_attempt(now).has_value());
    dropped = backlog.postponed(now);
  }
  CHECK(now == start + 10s);
  CHECK(dropped == drops{{alice, alice_id, 2}});
}

TEST_CASE("after a drop nothing more goes to that peer, for it has missed the middle") {
  auto limits = small_limits();
  limits.max_messages = 1;
  peer_backlog backlog(limits);
  REQUIRE(backlog.park(alice, alice_id, text("1"), start).empty());
  REQUIRE(backlog.park(alice, alice_id, text("2"), start).size() == 1);
  CHECK(backlog.holds_back(alice));
  CHECK(backlog.park(alice, alice_id, text("3"), start) == drops{{alice, alice_id, 1}});
  CHECK_FALSE(backlog.next_attempt(start + 1s).has_value());

  SUBCASE("until it is forgotten") {
    CHECK(backlog.forget(alice) == 0);
    CHECK_FALSE(backlog.holds_back(alice));
    CHECK(backlog.empty());
  }
  SUBCASE("until somebody else has its routing id") {
    CHECK(backlog.park(alice, peer_id{7}, text("4"), start).empty());
    CHECK(drain(backlog, start + 2ms) == "4 ");
  }
  SUBCASE("until nobody can be left who does not know") {
    CHECK(backlog.next_due() == start + 10s);
    CHECK_FALSE(backlog.next_attempt(start + 10s).has_value());
    CHECK(backlog.empty());
  }
}

TEST_CASE("when all together are over their budget, who holds most is dropped") {
  auto limits = small_limits();
  limits.total_bytes = 5000;
  peer_backlog backlog(limits);
  REQUIRE(backlog.park(alice, alice_id, text(std::string(4000, 'x')), start).empty());
  SUBCASE("another's parking makes room at the cost of the largest") {
    CHECK(backlog.park(bob, bob_id, text(std::string(2000, 'x')), start) ==
          drops{{alice, alice_id, 1}});
    CHECK(backlog.size() == 1);
    CHECK(drain(backlog, start + 2ms).size() == 2001);
  }
  SUBCASE("the largest's own parking costs itself") {
    CHECK(backlog.park(bob, bob_id, text(std::string(6000, 'x')), start) ==
          drops{{bob, bob_id, 1}});
    CHECK(drain(backlog, start + 2ms).size() == 4001);
  }
}

TEST_CASE("T22: a gone peer loses all that was parked, and may come back") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("1"), start).empty());
  REQUIRE(backlog.park(alice, alice_id, text("2"), start).empty());
  REQUIRE(backlog.next_attempt(start + 2ms).has_value());
  CHECK(backlog.gave_up() == drops{{alice, alice_id, 2}});
  CHECK(backlog.empty());
  CHECK(backlog.park(alice, alice_id, text("3"), start).empty());
}

TEST_CASE("messages of two owners of one routing id are given up by owner") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("1"), start).empty());
  REQUIRE(backlog.park(alice, alice_id, text("2"), start).empty());
  REQUIRE(backlog.park(alice, peer_id{7}, text("3"), start).empty());
  REQUIRE(backlog.next_attempt(start + 2ms).has_value());
  CHECK(backlog.gave_up() == drops{{alice, alice_id, 2}, {alice, peer_id{7}, 1}});
}

TEST_CASE("a forgotten peer's messages are gone, and only they") {
  peer_backlog backlog(small_limits());
  REQUIRE(backlog.park(alice, alice_id, text("a1"), start).empty());
  REQUIRE(backlog.park(alice, alice_id, text("a2"), start).empty());
  REQUIRE(backlog.park(bob, bob_id, text("b"), start).empty());
  CHECK(backlog.forget(alice) == 2);
  CHECK(backlog.forget(alice) == 0);
  CHECK(backlog.size() == 1);
  CHECK(drain(backlog, start + 2ms) == "b ");
  CHECK(backlog.bytes() == 0);
}

TEST_CASE("to say how a try went that was none is a bug of ours") {
  peer_backlog backlog;
  CHECK(mdp::testing::aborts([&] { backlog.succeeded(); }));
  CHECK(mdp::testing::aborts([&] { static_cast<void>(backlog.postponed(start)); }));
  CHECK(mdp::testing::aborts([&] { static_cast<void>(backlog.gave_up()); }));
}
