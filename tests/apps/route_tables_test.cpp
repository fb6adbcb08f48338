#include "support/process.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <string>
#include <utility>

// What the broker's file says about where requests go, from the file to what the broker does.

using namespace mdp::test;

namespace {

struct broker_file {
  explicit broker_file(const std::string& content) { std::ofstream(path) << content; }

  temporary_folder folder;
  std::string path = folder.path() + "/broker.toml";
  std::string endpoint = "ipc://" + folder.path() + "/broker";
};

/// Exit code and output of a broker that must not start with this file.
std::pair<std::optional<int>, std::string> refused(const std::string& content) {
  const broker_file file(content);
  process broker("mdp-broker", {"--bind", file.endpoint, "--config", file.path});
  const auto code = broker.wait();
  return {code, broker.output()};
}

std::string asked(const broker_file& file, const std::string& service, const std::string& body) {
  process client("mdp", {"request", service, body, "--broker", file.endpoint});
  static_cast<void>(client.wait());
  return client.output();
}

} // namespace

TEST_CASE("requests go where the routes of the file send them") {
  const broker_file file(
    "[[route]]\nservice = \"old.*\"\nto = \"echo\"\nmirror = \"shadow\"\n"
    "[[route]]\nservice = \"closed\"\ndiscard = \"closed for good\"\n"
    "[[route]]\nservice = \"split\"\npercent = 50\nof = \"clients\"\nto = \"echo\"\n"
    "[[route]]\nservice = \"split\"\nto = \"echo\"\n");
  process broker("mdp-broker",
                 {"--bind", file.endpoint, "--config", file.path, "--status-replies"});
  process echo("mdp-worker", {"--broker", file.endpoint, "--service", "echo", "--echo"});
  process shadow("mdp-worker", {"--broker", file.endpoint, "--service", "shadow", "--echo"});
  CHECK(asked(file, "echo", "plain") == "plain\n");
  CHECK(asked(file, "old.one", "hello") == "hello\n");
  CHECK(asked(file, "split", "either way") == "either way\n");
  CHECK(asked(file, "closed", "x").find("403") != std::string::npos);
  const auto stats = asked(file, "mmi.stats", "");
  for (const auto* expected :
       {R"("mdp_broker_discarded_total":{"closed for good":1,"other":0})",
        R"("mdp_broker_rules_applied_total":{"renamed":2,"mirrored":1,"discarded":1})"})
    CHECK_MESSAGE(stats.find(expected) != std::string::npos, stats);
  CHECK(asked(file, "mmi.tree", "").find("route_rules") != std::string::npos);
}

TEST_CASE(
  "a file that says nonsense about routes keeps the broker from starting, and it says where") {
  const auto refusal = refused("[[route]]\nservice = \"a\"\nto = \"b*\"\nmirror = \"c\"\n");
  CHECK(refusal.first == 2);
  CHECK_MESSAGE(
    refusal.second.find("broker.toml:3: [[route]]: to must be one service, not a pattern") !=
      std::string::npos,
    refusal.second);
  for (const auto* nonsense : {
         "[[route]]\n",
         "[[route]]\nservice = \"a b\"\nto = \"c\"\n",
         "[[route]]\nservice = \"mmi.service\"\nto = \"c\"\n",
         "[[route]]\nto = \"mmi.service\"\n",
         "[[route]]\nservice = \"a\"\npercent = 0\n",
         "[[route]]\nservice = \"a\"\npercent = 101\n",
         "[[route]]\nservice = \"a\"\nof = \"workers\"\n",
         "[[route]]\nservice = \"a\"\nto = \"b\"\ndiscard = \"x\"\n",
         "[[route]]\nservice = \"a\"\nmirror = \"a\"\n",
         "[[route]]\nservice = \"a\"\ncolour = \"red\"\n",
         "[[route]]\nservice = 5\n",
       }) {
    CAPTURE(nonsense);
    CHECK(refused(nonsense).first == 2);
  }
}
