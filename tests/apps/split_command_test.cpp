#include "support/split_command.hpp"

#include <doctest/doctest.h>

using namespace mdp::apps;

namespace {

using words = std::vector<std::string>;

} // namespace

TEST_CASE("a command line is split as a shell would") {
  const std::pair<std::string, words> cases[] = {
    {"cat", {"cat"}},
    {"  tr\ta-z \n A-Z  ", {"tr", "a-z", "A-Z"}},
    {"sh -c 'echo \"$1\" | wc'", {"sh", "-c", "echo \"$1\" | wc"}},
    {"a 'b c' \"d e\" f\\ g", {"a", "b c", "d e", "f g"}},
    {"a'b'\"c\"d", {"abcd"}},
    {"a '' \"\"", {"a", "", ""}},
    {R"(a "b\"c" "d\\e" "f\ng")", {"a", "b\"c", "d\\e", "f\\ng"}},
    {R"(a 'b\c')", {"a", "b\\c"}},
    {R"(a \'b\" \\)", {"a", "'b\"", "\\"}},
    {"a $HOME * ~ ; | >b", {"a", "$HOME", "*", "~", ";", "|", ">b"}},
    {"\xc3\xbc 'x'", {"\xc3\xbc", "x"}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.first);
    const auto result = split_command(each.first);
    REQUIRE(result);
    CHECK(*result == each.second);
  }
}

TEST_CASE("what is unfinished or empty is an error") {
  CHECK(split_command("a 'b").error() == "a quote (') is not closed");
  CHECK(split_command("a \"b\\\"").error() == "a quote (\") is not closed");
  CHECK(split_command("a \\").error() == "it ends in a backslash");
  CHECK(split_command("").error() == "it is empty");
  CHECK(split_command(" \t").error() == "it is empty");
}

TEST_CASE("a program is looked for before it is needed") {
  CHECK(check_program("sh").empty());
  CHECK(check_program("/bin/sh").empty());
  CHECK(check_program("no-such-program") == "there is no program \"no-such-program\" in the PATH");
  CHECK(check_program("/etc/passwd") == "/etc/passwd is no program that can be run");
  CHECK(check_program("/bin") == "/bin is no program that can be run");
  CHECK_FALSE(check_program("").empty());
}
