#include "mdp/engine/restart_window.hpp"

#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::engine;
using namespace std::chrono_literals;

TEST_CASE("a restart window admits its intensity and not one more") {
  restart_window window(3, 10s);
  const time_point start{};
  for (int i = 0; i < 3; ++i)
    CHECK(window.admit(start + i * 1s));
  CHECK_FALSE(window.admit(start + 3s));
}

TEST_CASE("restarts leave the window after its period") {
  restart_window window(1, 10s);
  const time_point start{};
  CHECK(window.admit(start));
  CHECK(window.admit(start + 10s));
  CHECK_FALSE(window.admit(start + 19s));
}

TEST_CASE("a window without a bound admits everything and remembers nothing") {
  restart_window window(restart_window::unlimited, 10s);
  for (int i = 0; i < 100'000; ++i)
    REQUIRE(window.admit(time_point{}));
}
