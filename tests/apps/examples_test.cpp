#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp::test;

TEST_CASE("the three Hello World programs work together") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process worker("examples/hello_worker", {endpoint});
  process client("examples/hello_client", {endpoint});
  CHECK(client.wait() == 0);
  CHECK(client.output() == "Hello, World!\n");
  CHECK(worker.terminate() == 0);
  CHECK(broker.terminate() == 0);
}

TEST_CASE("the router passes each request on to the service that is right for it") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process router("examples/hello_router", {endpoint});
  process small("examples/hello_worker", {endpoint});
  process large("mdp-worker",
                {"--broker", endpoint, "--service", "hello.large", "--exec", "wc -c"});
  process asks("mdp", {"request", "greet", "World", "--broker", endpoint});
  CHECK(asks.wait() == 0);
  CHECK(asks.output() == "Hello, World!\n");
  process asks_much("mdp", {"request", "greet", std::string(1024, 'x'), "--broker", endpoint});
  CHECK(asks_much.wait() == 0);
  CHECK(asks_much.output() == "1024\n");
  CHECK(router.terminate() == 0);
  CHECK(small.terminate() == 0);
  CHECK(large.terminate() == 0);
  CHECK(broker.terminate() == 0);
}
