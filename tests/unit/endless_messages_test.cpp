#include "mdp/peers/endless_messages.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

using namespace mdp::peers;

namespace {

struct fixture {
  endless_messages watch{100};
  std::map<int, std::uint64_t> received;

  void look() {
    watch.look([this](int connection) -> std::optional<std::uint64_t> {
      const auto known = received.find(connection);
      return known == received.end() ? std::nullopt : std::optional(known->second);
    });
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "T8 who receives more than the bound and delivers nothing is found") {
  watch.opened(1);
  watch.opened(2);
  received = {{1, 101}, {2, 100}};
  look();
  CHECK(watch.is_watching());
  CHECK(watch.is_suspect(1));
  CHECK_FALSE(watch.is_suspect(2));
  CHECK(watch.drained() == std::vector{1});
  CHECK_FALSE(watch.is_watching());
  CHECK(watch.size() == 1);
  CHECK(watch.drained().empty()); // once
}

TEST_CASE_FIXTURE(fixture, "who delivers a message after a long way is suspect no more") {
  watch.opened(1);
  received = {{1, 500}};
  look();
  watch.delivered(1, 600);
  CHECK(watch.drained().empty());
  received = {{1, 700}};
  look();
  CHECK_FALSE(watch.is_watching());
  received = {{1, 701}};
  look();
  CHECK(watch.drained() == std::vector{1});
}

TEST_CASE_FIXTURE(fixture, "nobody is hung up on before all that came in whole was delivered") {
  watch.opened(1);
  watch.opened(2);
  received = {{1, 500}, {2, 500}};
  look();
  look(); // the owner has much to read, and looks again meanwhile
  watch.delivered(2, 500);
  CHECK(watch.drained() == std::vector{1});
}

TEST_CASE_FIXTURE(fixture, "a message of somebody who is not suspect says nothing") {
  watch.opened(1);
  watch.delivered(1, 50);
  received = {{1, 101}};
  look();
  CHECK(watch.is_suspect(1));
}

TEST_CASE_FIXTURE(fixture,
                  "a connection that has ended is forgotten, and its name may be used again") {
  watch.opened(1);
  received = {{1, 500}};
  look();
  watch.closed(1);
  CHECK_FALSE(watch.is_watching());
  CHECK(watch.size() == 0);
  look();
  CHECK_FALSE(watch.is_watching());
  watch.opened(1);
  received = {{1, 50}};
  look();
  CHECK_FALSE(watch.is_watching());
  received = {{1, 500}};
  look();
  watch.opened(1); // nobody said that the other one had ended
  CHECK_FALSE(watch.is_watching());
}

TEST_CASE_FIXTURE(fixture, "who cannot be measured, or counts less than before, is not suspect") {
  watch.opened(1);
  watch.opened(2);
  received = {{2, 500}};
  look();
  watch.delivered(2, 500);
  received = {{2, 3}};
  look();
  CHECK_FALSE(watch.is_watching());
}
