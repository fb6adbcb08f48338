#include "mdp/engine/dead_letters.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

job with_body(message what) {
  auto result = job_of(7, 1);
  result.body = std::move(what);
  return result;
}

} // namespace

TEST_CASE("a note says what was asked of whom, by whom, how often and when") {
  dead_letters dead;
  dead.keep("echo", with_body(body({"method", "argument"})), 3, at(5s));
  REQUIRE(dead.letters().size() == 1);
  const auto& letter = dead.letters().front();
  CHECK(letter.service == "echo");
  CHECK(letter.client == "client 7");
  CHECK(letter.attempts == 3);
  CHECK(letter.died_at == at(5s));
  CHECK(letter.frames == 2);
  CHECK(letter.bytes == 14);
  CHECK(letter.head == "method");
}

TEST_CASE("of a large request only the beginning is kept") {
  dead_letters dead;
  dead.keep("echo", with_body({frame(std::string(100'000, 'x'))}), 1, at(0s));
  CHECK(dead.letters().front().head.size() == defaults::dead_letter_head_bytes);
  CHECK(dead.letters().front().bytes == 100'000);
  CHECK(dead.footprint() < 1000);
}

TEST_CASE("the latest notes are kept") {
  dead_letters dead({.max_letters = 3, .max_bytes = 1'000'000});
  for (int i = 1; i <= 5; ++i)
    dead.keep("service " + std::to_string(i), with_body(body({""})), 1, at(0s));
  CHECK(dead.letters().size() == 3);
  CHECK(dead.letters().front().service == "service 3");
  CHECK(dead.letters().back().service == "service 5");
}

TEST_CASE("notes are bounded by the memory they hold, too") {
  dead_letters dead({.max_letters = 1000, .max_bytes = 2000});
  for (int i = 0; i < 100; ++i) {
    dead.keep(std::string(200, 's'), with_body(body({""})), 1, at(0s));
    CHECK(dead.footprint() <= 2000);
  }
  CHECK(dead.letters().size() >= 2);
  CHECK(dead.letters().size() < 10);
}
