#include "mdp/peers/open_handshakes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace mdp::peers;

namespace {

const auto nobody = [](int) { return false; };

std::vector<int> sorted(std::vector<int> all) {
  std::ranges::sort(all);
  return all;
}

} // namespace

TEST_CASE("as long as there are not too many nobody is hung up on") {
  open_handshakes all({4, 3});
  for (const int connection : {1, 2, 3})
    all.opened(connection, "a");
  all.opened(4, "b");
  CHECK_FALSE(all.is_over());
  CHECK(all.excess(nobody).empty());
  CHECK(all.size() == 4);
}

TEST_CASE(
  "who has waited longest at an address with too many is hung up on, and nobody elsewhere") {
  open_handshakes all({100, 3});
  all.opened(9, "b");
  for (const int connection : {4, 2, 3, 1})
    all.opened(connection, "a");
  CHECK(all.is_over());
  CHECK(all.excess(nobody) == std::vector{4});
  CHECK(all.size() == 4);
  CHECK(all.excess(nobody).empty());
}

TEST_CASE("over the total the address that has most pays, whoever came last") {
  open_handshakes all({5, 4});
  for (const int connection : {1, 2, 3, 4})
    all.opened(connection, "flood");
  all.opened(5, "a");
  all.opened(6, "b");
  CHECK(all.excess(nobody) == std::vector{1});
  all.opened(7, "c");
  CHECK(all.excess(nobody) == std::vector{2});
  all.closed(5);
  all.closed(6);
  CHECK(all.size() == 3);
}

TEST_CASE("who is through counts no more, whether it was heard or the owner says so") {
  open_handshakes all({100, 2});
  for (const int connection : {1, 2, 3})
    all.opened(connection, "a");
  all.heard(1);
  CHECK_FALSE(all.is_over());
  all.opened(4, "a");
  CHECK(all.excess([](int connection) { return connection == 2; }).empty());
  CHECK(all.size() == 2);
  all.opened(5, "a");
  CHECK(all.excess(nobody) == std::vector{3});
}

TEST_CASE("the owner is asked once for many: an eighth of the places is free after that") {
  open_handshakes all({1000, 80});
  int questions = 0;
  std::size_t gone = 0;
  for (int connection = 0; connection < 800; ++connection) {
    all.opened(connection, "a");
    gone += all.excess([&](int) { return ++questions, false; }).size();
    CHECK(all.size() <= 80);
  }
  CHECK(gone == 800 - all.size());
  CHECK(questions <= 81 * (800 / 10));
  CHECK(questions > 0);
}

TEST_CASE(
  "a connection whose name is used again waits from then on, where the new one comes from") {
  open_handshakes all({2, 2});
  all.opened(1, "a");
  all.opened(2, "a");
  all.opened(1, "b"); // nobody said that the first had closed
  CHECK(all.size() == 2);
  all.opened(3, "b");
  CHECK(all.excess(nobody) == std::vector{1});
  all.closed(1); // unknown by now
  all.heard(17);
  CHECK(all.size() == 2);
}

TEST_CASE("whatever comes and goes, the bounds hold and nobody is hung up on twice") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    const handshake_limits limits{dice() % 20, dice() % 8};
    open_handshakes all(limits);
    std::set<int> open;
    std::vector<std::string> address_of(64);
    for (int step = 0; step < 500; ++step) {
      const int connection = static_cast<int>(dice() % 64);
      switch (dice() % 4) {
      case 0:
        all.closed(connection);
        open.erase(connection);
        break;
      case 1:
        all.heard(connection);
        open.erase(connection);
        break;
      default:
        address_of[connection] = std::string(1, static_cast<char>('a' + dice() % 4));
        all.opened(connection, address_of[connection]);
        open.insert(connection);
      }
      const auto gone = sorted(all.excess([&](int) { return false; }));
      REQUIRE(std::ranges::adjacent_find(gone) == gone.end());
      for (const int each : gone)
        REQUIRE(open.erase(each) == 1);
      REQUIRE(all.size() == open.size());
      REQUIRE(all.size() <= limits.total);
      for (const char address : {'a', 'b', 'c', 'd'})
        REQUIRE(std::ranges::count_if(open, [&](int each) {
                  return address_of[each] == std::string(1, address);
                }) <= static_cast<std::ptrdiff_t>(limits.by_address));
    }
  }
}
