#include "support/access_tables.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::apps;
using namespace mdp::test;

namespace {

struct rules_file {
  explicit rules_file(const std::string& content) { std::ofstream(path()) << content; }
  [[nodiscard]] std::string path() const { return folder.path() + "/broker.toml"; }
  [[nodiscard]] std::string error() const { return read_access_rules(path()).error(); }

  temporary_folder folder;
};

constexpr const char* usual = R"(bind = ["tcp://127.0.0.1:5555"]
[[service]]
name = "echo"
[[access]]
user = "alice"
call = ["echo", "image.*"]
mmi = "service"
[[access]]
user = "scan-*"
serve = ["image.*"]
max-connections = 3
max-requests-per-second = 50
)";

} // namespace

TEST_CASE("rules of access are read out of a broker's file") {
  const rules_file file(usual);
  const auto rules = read_access_rules(file.path());
  REQUIRE_MESSAGE(rules.has_value(), rules.error());
  REQUIRE(rules->size() == 2);
  CHECK(rules->at(0).user == "alice");
  CHECK(rules->at(0).call == std::vector<std::string>{"echo", "image.*"});
  CHECK(rules->at(0).mmi == std::vector<std::string>{"service"});
  CHECK(rules->at(0).serve.empty());
  CHECK(rules->at(1).max_connections == 3);
  CHECK(rules->at(1).max_requests_per_second == 50);
}

TEST_CASE("a wrong rule is said with its line") {
  const std::pair<std::string, std::string> cases[] = {
    {"[[access]]\ncall = [\"echo\"]\n", "2: [[access]] needs a user"},
    {"[[access]]\nuser = \"a\"\ncall = [1]\n", "3: \"access.call\" expects text in quotes"},
    {"[[access]]\nuser = \"a\"\n\ncalls = [\"echo\"]\n", "4: unknown key \"access.calls\""},
    {"[[access]]\nuser = \"a\"\nmax-connections = 0\n", "3: \"access.max-connections\" "},
    {"[[access]]\nuser = [\"a\"]\n", "2: \"access.user\" takes one value, not a list"},
  };
  for (const auto& [content, said] : cases) {
    const rules_file file(content);
    CHECK_MESSAGE(file.error().starts_with(file.path() + ':' + said), file.error());
  }
}

TEST_CASE("mdp access check says who may what, and why") {
  const rules_file file(usual);
  struct {
    std::vector<std::string> question;
    int code;
    std::string said;
  } cases[] = {
    {{"--user", "alice", "--call", "image.scale"},
     0,
     "yes: \"alice\" may call image.scale\nabout this user: [[access]] 1 of 2\n"},
    {{"--user", "alice", "--call", "mmi.services"}, 1, "no: \"alice\" may not call mmi.services\n"},
    {{"--user", "scan-7", "--serve", "image.*"}, 0, "yes: \"scan-7\" may serve image.*\n"},
    {{"--user", "scan-7", "--call", "echo"},
     1,
     "connections at a time: 3\nrequests a second: 50\n"},
    {{"--user", "bob", "--call", "echo"}, 1, "no rule is about this user"},
    {{"--user", "bob"}, 2, "exactly one of --call and --serve must be given"},
    {{"--call", "echo"}, 2, "--rules FILE and --user U are needed"},
  };
  for (const auto& each : cases) {
    std::vector<std::string> arguments{"access", "check", "--rules", file.path()};
    arguments.insert(arguments.end(), each.question.begin(), each.question.end());
    process asks("mdp", arguments);
    CHECK(asks.wait() == each.code);
    CHECK_MESSAGE(asks.output().find(each.said) != std::string::npos, asks.output());
  }
  const rules_file empty("[[access]]\n");
  process wrong("mdp-broker", {"--config", empty.path()});
  CHECK(wrong.wait() == 2);
}

TEST_CASE("a broker says what is wrong with its options for CURVE in one line") {
  const temporary_folder folder;
  const std::pair<std::vector<std::string>, std::string> cases[] = {
    {{"--client-keys", folder.path()}, "--client-keys is of use with --curve only"},
    {{"--curve", "--certificate", folder.path() + "/b", "--client-keys", folder.path() + "/no"},
     "cannot read the file: No such file or directory"},
    {{"--curve", "--certificate", folder.path() + "/no/b"}, "--certificate: "},
  };
  for (const auto& [arguments, said] : cases) {
    process wrong("mdp-broker", arguments);
    CHECK(wrong.wait() == 2);
    CHECK_MESSAGE(wrong.output().find(said) != std::string::npos, wrong.output());
  }
  process client("mdp", {"request", "echo", "x", "--certificate", folder.path() + "/c"});
  CHECK(client.wait() == 2);
  CHECK(client.output().find("--certificate is of use with --server-key only") !=
        std::string::npos);
  process key("mdp-worker", {"--service", "x", "--echo", "--server-key", "short"});
  CHECK(key.wait() == 2);
  CHECK(key.output().find("--server-key: short: cannot read the file") != std::string::npos);
}
