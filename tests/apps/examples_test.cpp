#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE(
  "a thousand questions are answered on one connection, by futures, callback and coroutine") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process worker("examples/hello_worker", {endpoint});
  process many("examples/hello_many", {endpoint});
  CHECK(many.wait() == 0);
  const auto said = many.output();
  CHECK(said.starts_with("1000 replies on "));
  CHECK(said.ends_with("Hello, callback!\nHello, Ada! Hello, Grace!\n"));
  CHECK(worker.terminate() == 0);
  CHECK(broker.terminate() == 0);
}

TEST_CASE("an actor asks, and prints the reply") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process worker("examples/hello_worker", {endpoint});
  process asks("examples/hello_actor", {endpoint});
  CHECK(asks.wait() == 0);
  CHECK(asks.output() == "Hello, actor!\n");
  CHECK(worker.terminate() == 0);
  CHECK(broker.terminate() == 0);
}

TEST_CASE("a countdown is streamed step by step") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process worker("examples/hello_countdown_worker", {endpoint});
  process client("examples/hello_countdown_client", {endpoint, "3"});
  CHECK(client.wait() == 0);
  CHECK(client.output() == "3\n2\n1\nLift-off!\n");
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

namespace {

/// A client that bids and waits for the end of the auction.
process bid(const std::string& endpoint, const std::string& amount) {
  return {
    "mdp",
    {"request", "auction", amount, "--broker", endpoint, "--retries", "0", "--timeout", "20s"}};
}

} // namespace

TEST_CASE("the auction keeps its bids and answers them all with the third") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process worker("examples/hello_deferred", {endpoint});
  auto nonsense = bid(endpoint, "a lot");
  CHECK(nonsense.wait() == 1);
  auto low = bid(endpoint, "10");
  auto high = bid(endpoint, "30");
  auto middle = bid(endpoint, "20");
  CHECK(low.wait() == 0);
  CHECK(high.wait() == 0);
  CHECK(middle.wait() == 0);
  CHECK(low.output() == "outbid\n");
  CHECK(high.output() == "sold\n");
  CHECK(middle.output() == "outbid\n");
  CHECK(worker.terminate() == 0);
  CHECK(broker.terminate() == 0);
}

TEST_CASE("the embedded broker serves from inside its own program") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/embedded_broker", {endpoint});
  process greet("mdp", {"request", "greet", "World", "--broker", endpoint});
  CHECK(greet.wait() == 0);
  CHECK(greet.output() == "Hello, World!\n");
  for (const auto* expected : {"1\n", "2\n"}) {
    process count("mdp", {"request", "count", "x", "--broker", endpoint, "--retries", "0",
                          "--timeout", "15s"}); // once: asked again it would count again
    CHECK(count.wait() == 0);
    CHECK(count.output() == expected);
  }
  CHECK(broker.terminate() == 0);
}

TEST_CASE("the broker's router sends each tenant to the service that is right for it") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/embedded_router", {endpoint});
  const auto asked = [&](const std::string& text) {
    process greet("mdp", {"request", "greet", text, "--broker", endpoint});
    CHECK(greet.wait() == 0);
    return greet.output();
  };
  // Its services register while it begins to listen.
  CHECK(eventually([&] { return asked("acme World") == "Hello, World!\nserved by greet.acme\n"; }));
  CHECK(asked("other World") == "Hello, World!\nserved by greet\n");
  process nobody("mdp", {"request", "greet", "nobody", "--broker", endpoint});
  CHECK(nobody.wait() == 1);
  CHECK(nobody.output().find("403") != std::string::npos);
  CHECK(broker.terminate() == 0);
}

TEST_CASE("the calculator answers typed calls, and says what it cannot do") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process server("examples/calculator_server", {endpoint});
  process client("examples/calculator_client", {endpoint});
  CHECK(client.wait() == 0);
  CHECK(client.output() == "1 + 2 = 3\n1 / 0: failed: division by zero\n");
  CHECK(server.terminate() == 0);
  CHECK(broker.terminate() == 0);
}

TEST_CASE(
  "a viewer of the cloud logger sees what was logged before it came, and what is logged then") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process server("examples/log_server", {endpoint});
  const auto log = [&](const std::string& line) {
    process writer("mdp", {"request", "log.write", line, "--broker", endpoint, "--retries", "0",
                           "--timeout", "15s"}); // once: asked again it would stand there twice
    CHECK(writer.wait() == 0);
  };
  log("early");
  process viewer("examples/log_viewer", {endpoint});
  process late("examples/log_viewer", {endpoint, "1"});
  process picky("examples/log_viewer", {endpoint, "0", "again"});
  CHECK(eventually([&] { return viewer.output() == "early\n"; }));
  log("live");
  log("and again");
  CHECK(eventually([&] { return viewer.output() == "early\nlive\nand again\n"; }));
  CHECK(eventually([&] { return late.output() == "live\nand again\n"; }));
  CHECK(eventually([&] { return picky.output() == "and again\n"; }));
  CHECK(viewer.terminate() == 0);
  CHECK(picky.terminate() == 0);
  CHECK(late.terminate() == 0);
  CHECK(server.terminate() == 0);
}

TEST_CASE("words are counted piece by piece, by two workers") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  process broker("examples/hello_broker", {endpoint});
  process one("examples/map_reduce", {endpoint});
  process other("examples/map_reduce", {endpoint});
  process asks(
    "mdp", {"request", "words", "to be or not to be, that is to be seen", "--broker", endpoint});
  CHECK(asks.wait() == 0);
  CHECK(asks.output() == "be 2\nbe, 1\nis 1\nnot 1\nor 1\nseen 1\nthat 1\nto 3\n");
  process asks_nothing("mdp", {"request", "words", " ", "--broker", endpoint, "--raw"});
  CHECK(asks_nothing.wait() == 0);
  CHECK(one.terminate() == 0);
  CHECK(other.terminate() == 0);
  CHECK(broker.terminate() == 0);
}

TEST_CASE("a token leads to its tenant's service, and nobody gets there without one") {
  process shown("examples/token_router", {});
  CHECK(shown.wait() == 0);
  CHECK(shown.output() ==
        "Hi, alice@acme\nGood evening, bob@opera\nmdp-status 401 token malformed\n");
}

namespace {

/// A broker with CURVE that lets in two keys, and what its peers have to be told.
class guarded_broker {
public:
  guarded_broker() {
    std::filesystem::create_directory(folder_.path() + "/keys");
    for (const std::string name : {"asks", "serves"}) {
      const auto file = folder_.path() + '/' + name;
      process made("mdp", {"keygen", "--name", name, file});
      REQUIRE(made.wait() == 0);
      std::filesystem::copy(file, folder_.path() + "/keys/" + name);
    }
    broker_.emplace("mdp-broker",
                    std::vector<std::string>{"--bind", endpoint_, "--curve", "--certificate",
                                             folder_.path() + "/broker", "--client-keys",
                                             folder_.path() + "/keys"});
    REQUIRE(eventually([&] { return std::filesystem::exists(server_key()); }));
  }

  [[nodiscard]] std::string server_key() const { return folder_.path() + "/broker"; }

  /// Arguments of an example that comes with one of the keys.
  [[nodiscard]] std::vector<std::string> as(const std::string& name,
                                            std::vector<std::string> words = {}) const {
    words.insert(words.begin(), endpoint_);
    for (const auto& more : {std::string("--server-key"), server_key(),
                             std::string("--certificate"), folder_.path() + '/' + name})
      words.push_back(more);
    return words;
  }

private:
  temporary_folder folder_;
  std::string endpoint_ = "ipc://" + folder_.path() + "/hello";
  std::optional<process> broker_;
};

} // namespace

TEST_CASE("the examples speak CURVE by two options") {
  const guarded_broker broker;
  process hello("examples/hello_worker", broker.as("serves"));
  process countdown("examples/hello_countdown_worker", broker.as("serves"));
  process calculator("examples/calculator_server", broker.as("serves"));
  process router("examples/hello_router", broker.as("serves"));
  process words("examples/map_reduce", broker.as("serves"));
  const std::pair<std::string, std::string> asking[] = {
    {"hello_client", "Hello, World!\n"},
    {"hello_actor", "Hello, actor!\n"},
    {"calculator_client", "1 + 2 = 3\n1 / 0: failed: division by zero\n"},
  };
  for (const auto& [program, expected] : asking) {
    process client("examples/" + program, broker.as("asks"));
    CHECK(client.wait() == 0);
    CHECK(client.output() == expected);
  }
  process steps("examples/hello_countdown_client", broker.as("asks", {"2"}));
  CHECK(steps.wait() == 0);
  CHECK(steps.output() == "2\n1\nLift-off!\n");
  const auto as_program = [&](std::vector<std::string> command) {
    const auto options = broker.as("asks"); // the endpoint first
    command.push_back("--broker");
    command.insert(command.end(), options.begin(), options.end());
    process asks("mdp", command);
    CHECK(asks.wait() == 0);
    return asks.output();
  };
  CHECK(as_program({"request", "greet", "World"}) == "Hello, World!\n");
  CHECK(as_program({"request", "words", "to be to"}) == "be 1\nto 2\n");
}

TEST_CASE("an example with a wrong server key, or as nobody who is known, says so") {
  const guarded_broker broker;
  auto wrong = broker.as("asks");
  wrong[2] = wrong[4]; // the client's own key is not the broker's
  process client("examples/hello_client", wrong);
  CHECK(client.wait() == 1);
  CHECK(client.output().find("is the server key right") != std::string::npos);
  process actor("examples/hello_actor", wrong);
  CHECK(actor.wait() == 1);
  CHECK(actor.output().starts_with("no reply: "));
  auto nobody = broker.as("asks");
  nobody.resize(3); // without a certificate
  process stranger("examples/hello_client", nobody);
  CHECK(stranger.wait() == 1);
  CHECK(stranger.output().find("it wants to see a certificate") != std::string::npos);
}

TEST_CASE("wrong use of an example is one line and exit code 2") {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
    {"hello_client", {"--server-key"}},
    {"hello_client", {"--server-key", "nonsense"}},
    {"hello_client", {"--certificate", "/nowhere/x"}},
    {"hello_client", {"--curve"}},
    {"hello_client", {"tcp://127.0.0.1:1", "more"}},
    {"hello_broker", {"--certificate", "/nowhere/x"}},
    {"hello_broker", {"--curve", "--certificate", "/nowhere/x"}},
    {"hello_broker", {"--server-key", "x"}},
  };
  for (const auto& [program, arguments] : cases) {
    process wrong("examples/" + program, arguments);
    CHECK(wrong.wait() == 2);
    const auto said = wrong.output();
    CHECK_MESSAGE(said.find('\n') == said.size() - 1, said);
  }
}

TEST_CASE("an example that has a broker speaks CURVE, and says what the others need") {
  const temporary_folder folder;
  const auto endpoint = "ipc://" + folder.path() + "/hello";
  for (const std::string program :
       {"embedded_broker", "embedded_router", "hello_broker", "log_server"}) {
    CAPTURE(program);
    const auto file = folder.path() + '/' + program;
    process broker("examples/" + program, {endpoint, "--curve", "--certificate", file});
    REQUIRE(eventually([&] {
      return broker.output().find(" runs; ") != std::string::npos ||
             broker.output().find(" is open; ") != std::string::npos;
    }));
    CHECK(broker.output().find("--server-key '") != std::string::npos);
    process asks("mdp", {"services", "--broker", endpoint, "--server-key", file});
    CHECK(asks.wait() == 0);
    process in_the_clear("mdp", {"services", "--broker", endpoint});
    CHECK(in_the_clear.wait() == 1);
    CHECK(broker.terminate() == 0);
  }
}
