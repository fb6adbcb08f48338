#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

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
