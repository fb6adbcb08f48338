#include "support/process.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp::test;

TEST_CASE("mdp keygen writes a certificate, and mdp key shows it without its secret") {
  const temporary_folder folder;
  const auto file = folder.path() + "/alice.cert";
  process made("mdp", {"keygen", "--name", "alice", "--meta", "place=the cellar", file});
  CHECK(made.wait() == 0);
  CHECK(made.output().starts_with("public key: "));
  for (const auto& each : {file, file + "_secret"}) {
    process shown("mdp", {"key", "show", each});
    CHECK(shown.wait() == 0);
    CHECK(shown.output().starts_with(made.output().substr(0, made.output().find('\n'))));
    CHECK(shown.output().ends_with("\nname: alice\nplace: the cellar\n"));
    CHECK(shown.output().find("secret") == std::string::npos);
  }
  process again("mdp", {"keygen", file});
  CHECK(again.wait() == 1);
  CHECK(again.output().find("the file is there already") != std::string::npos);
}

TEST_CASE("wrong use of the commands for keys is one line and exit code 2") {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
    {{"keygen"}, "FILE is required"},
    {{"keygen", "--meta", "place", "/nowhere/x"}, "--meta expects NAME=VALUE, not \"place\""},
    {{"keygen", "--meta", "a b=c", "/nowhere/x"}, "\"a b\" is no name for metadata"},
    {{"key", "list", "x"}, "a key can be shown, not \"list\""},
  };
  for (const auto& [arguments, said] : cases) {
    process wrong("mdp", arguments);
    CHECK(wrong.wait() == 2);
    CHECK_MESSAGE(wrong.output().find(said) != std::string::npos, wrong.output());
  }
  process nothing("mdp", {"key", "show", "/nowhere/x"});
  CHECK(nothing.wait() == 1);
  CHECK(nothing.output() == "mdp: /nowhere/x: cannot read the file: No such file or directory\n");
}
