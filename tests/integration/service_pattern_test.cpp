#include "integration/programs.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

// Patterns of services, with real programs.

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// A folder with a file for `--config`.
class file_with {
public:
  explicit file_with(const std::string& content) { std::ofstream(path()) << content; }
  [[nodiscard]] std::string path() const { return folder_.path() + "/broker.toml"; }

private:
  temporary_folder folder_;
};

process worker_of(const broker_process& broker, const std::string& service,
                  const std::string& prints) {
  return {"mdp-worker",
          {"--broker", broker.endpoint(), "--service", service, "--exec", "echo " + prints}};
}

} // namespace

TEST_CASE("a worker of a pattern serves what begins so and has no workers of its own") {
  broker_process broker;
  test_client client(broker);
  auto early = client.ask("image.scale", "x"); // waits until somebody comes
  auto wide = worker_of(broker, "image.*", "wide");
  CHECK(client.answer(std::move(early)) == "wide\n");
  CHECK(client.ask_and_wait("mmi.service", "image.turn") == "200");
  CHECK(client.ask_and_wait("mmi.service", "image") == "404");
  auto exact = worker_of(broker, "image.turn", "exact");
  CHECK(eventually([&] { return client.ask_and_wait("image.turn", "x") == "exact\n"; }));
  CHECK(client.ask_and_wait("image.scale", "x") == "wide\n");
  CHECK(exact.terminate() == 0);
  CHECK(eventually([&] { return client.ask_and_wait("image.turn", "x") == "wide\n"; }));
}

TEST_CASE("a rule lets workers serve a pattern that know nothing of patterns") {
  const file_with file("[[service]]\nname = \"image.*\"\nserved-by = \"image-worker\"\n");
  broker_process broker({"--config", file.path()});
  test_client client(broker);
  auto early = client.ask("image.scale", "x");
  auto worker = worker_of(broker, "image-worker", "plain");
  CHECK(client.answer(std::move(early)) == "plain\n");
  CHECK(client.ask_and_wait("mmi.service", "image.turn") == "200");
}

TEST_CASE("with exact names a star has no meaning") {
  broker_process broker({"--exact-names"});
  test_client client(broker);
  auto worker = worker_of(broker, "image.*", "wide");
  CHECK(eventually([&] { return client.ask_and_wait("mmi.service", "image.*") == "200"; }));
  CHECK(client.ask_and_wait("mmi.service", "image.turn") == "404");
  CHECK(client.ask_and_wait("image.*", "x") == "wide\n");
}

TEST_CASE("mdp tree prints the supervision tree") {
  broker_process broker;
  process tree("mdp", {"tree", "--broker", broker.endpoint()});
  CHECK(tree.wait() == 0);
  CHECK(tree.output().starts_with("root  rest_for_one  running\n  io  permanent  running\n"));
  CHECK(tree.output().find("    service_registry  permanent  running\n") != std::string::npos);
}
