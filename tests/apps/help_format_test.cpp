#include "support/help_format.hpp"
#include "support/option_values.hpp"

#include <doctest/doctest.h>

using namespace mdp::apps;
using namespace std::chrono_literals;

TEST_CASE("text is broken between words, and what follows is indented") {
  CHECK(wrap("", 10, 2).empty());
  CHECK(wrap("one two", 10, 2) == "one two");
  CHECK(wrap("one two three", 10, 2) == "one two\n  three");
  CHECK(wrap("one\ntwo", 10, 2) == "one\n  two");
  CHECK(wrap("incomprehensibilities a", 10, 2) == "incomprehensibilities\n  a");
  CHECK(wrap("12345678 x", 10, 0) == "12345678 x");
  CHECK(wrap("123456789 x", 10, 0) == "123456789\nx");
}

TEST_CASE("durations are short and readable in sentences") {
  CHECK(readable_duration(0ms) == "0 ms");
  CHECK(readable_duration(999ms) == "999 ms");
  CHECK(readable_duration(1000ms) == "1.0 s");
  CHECK(readable_duration(61'950ms) == "61.9 s");
}

TEST_CASE("times are written as they are read, in the largest unit without a fraction") {
  for (const std::string text : {"0ms", "1ms", "61950ms", "2s", "90s", "5min", "1h", "500h"}) {
    mdp::duration value{};
    CHECK(read_time(text, 0ms, value) == std::nullopt);
    CHECK(time_text(value) == text);
  }
  mdp::duration value{};
  CHECK(read_time("60000", 0ms, value) == std::nullopt);
  CHECK(time_text(value) == "1min");
}

TEST_CASE("parts are joined by what stands between them") {
  CHECK(join({}, ", ").empty());
  CHECK(join({"a"}, ", ") == "a");
  CHECK(join({"a", "", "b"}, ", ") == "a, , b");
}
