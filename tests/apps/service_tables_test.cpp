#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

// What the broker's file says about single services, from the file to what the broker does.

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

TEST_CASE(
  "a service has the policy and the time to live of its rule, any other those of the options") {
  const broker_file file("request-ttl = \"1min\"\n"
                         "[[service]]\nname = \"image.*\"\npolicy = \"round-robin\"\n"
                         "[[service]]\nname = \"image.quick\"\npolicy = \"sticky\"\n"
                         "key-frame = 1\nrequest-ttl = \"1ms\"\n"
                         "[[priority]]\nservice = \"image.*\"\npriority = \"high\"\n");
  process broker("mdp-broker",
                 {"--bind", file.endpoint, "--config", file.path, "--status-replies"});
  CHECK(asked(file, "image.quick", "x").find("408") != std::string::npos);
  process scale("mdp-worker", {"--broker", file.endpoint, "--service", "image.scale", "--echo"});
  CHECK(asked(file, "image.scale", "hello") == "hello\n");
  process echo("mdp-worker", {"--broker", file.endpoint, "--service", "echo", "--echo"});
  CHECK(asked(file, "echo", "hello") == "hello\n");
  const auto queues = asked(file, "mmi.queues", "");
  for (const auto* expected : {R"({"service":"image.quick","policy":"sticky")",
                               R"({"service":"image.scale","policy":"round-robin")",
                               R"({"service":"echo","policy":"least-recently-used")"})
    CHECK_MESSAGE(queues.find(expected) != std::string::npos, queues);
  const auto workers = asked(file, "mmi.workers", "");
  CHECK_MESSAGE(workers.find(R"("place":1,"why":"0 in flight; among equals its turn came")") !=
                  std::string::npos,
                workers);
}

TEST_CASE(
  "a file that says nonsense about services keeps the broker from starting, and it says where") {
  const auto refusal = refused("[[service]]\nname = \"echo\"\npolicy = \"best\"\n");
  CHECK(refusal.first == 2);
  CHECK_MESSAGE(
    refusal.second.find("broker.toml:3: \"service.policy\" is one of least-recently-used|") !=
      std::string::npos,
    refusal.second);
  for (const auto* nonsense : {
         "[[service]]\n",
         "[[service]]\nname = \"mmi.service\"\n",
         "[[service]]\nname = \"a b\"\n",
         "[[service]]\nname = \"a\"\n[[service]]\nname = \"a\"\n",
         "[[service]]\nname = \"a\"\nkey-frame = 1\n",
         "[[service]]\nname = \"a\"\nattempts = 0\n",
         "[[service]]\nname = \"a\"\nserved-by = \"b\"\n",
         "[[service]]\nname = \"a\"\ncolour = \"red\"\n",
         "[[priority]]\nservice = \"a\"\n",
         "[[priority]]\npriority = \"urgent\"\n",
       }) {
    CAPTURE(nonsense);
    CHECK(refused(nonsense).first == 2);
  }
}
