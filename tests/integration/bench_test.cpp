#include "integration/programs.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::test;

namespace {

/// `mdp bench`, as people use it.
class bench {
public:
  explicit bench(const std::string& endpoint, std::vector<std::string> options = {})
      : process_("mdp", with(endpoint, std::move(options))) {}

  [[nodiscard]] std::optional<int> wait() { return process_.wait(); }
  [[nodiscard]] std::optional<int> interrupt() {
    process_.send_signal(SIGINT);
    return process_.wait();
  }
  [[nodiscard]] std::string output() const { return process_.output(); }

  [[nodiscard]] bool says(const std::string& text) const {
    return output().find(text) != std::string::npos;
  }

  /// How often it has said so.
  [[nodiscard]] std::size_t count(const std::string& text) const {
    const auto all = output();
    std::size_t found = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
      ++found;
    return found;
  }

  /// Whether its progress tells of an answer.
  [[nodiscard]] bool has_answers() const { return count(" answers\n") > count(": 0 answers\n"); }

  /// A number of its JSON; the test fails where there is none.
  [[nodiscard]] double number(const std::string& name) const {
    const auto all = output();
    const auto at = all.find("\"" + name + "\": ");
    REQUIRE_MESSAGE(at != std::string::npos, name, " in ", all);
    return std::stod(all.substr(at + name.size() + 4));
  }

private:
  static std::vector<std::string> with(const std::string& endpoint,
                                       std::vector<std::string> options) {
    options.insert(options.begin(), {"bench", "--broker", endpoint, "--timeout", "20s"});
    return options;
  }

  process process_;
};

using words = std::vector<std::string>;

} // namespace

TEST_CASE("bench asks as many requests as it is told to and gets the answers, in both versions") {
  const broker_process broker;
  for (const std::string version : {"0.1", "0.2"})
    for (const std::string capacity : {"1", "16"}) {
      bench run(broker.endpoint(), {"--protocol", version, "--capacity", capacity, "--requests",
                                    "300", "--json", "--process", std::to_string(getpid())});
      CHECK_MESSAGE(run.wait() == 0, run.output());
      CHECK(run.number("answers") == 300);
      CHECK(run.number("p50") > 0);
      CHECK(run.number("max") >= run.number("p50"));
      CHECK(run.number("processor_us_a_request") >= 0);
      CHECK(run.says("\"errors\": {}"));
    }
}

TEST_CASE("bench has services, parts, threads, and bodies of any size") {
  const broker_process broker;
  bench spread(broker.endpoint(),
               {"--services", "3", "--clients", "7", "--workers", "5", "--threads", "2",
                "--requests", "200", "--body-bytes", "100000"});
  CHECK_MESSAGE(spread.wait() == 0, spread.output());
  CHECK(spread.says("answers            200\n"));
  bench streamed(broker.endpoint(),
                 {"--parts", "5", "--window", "2", "--requests", "40", "--json"});
  CHECK_MESSAGE(streamed.wait() == 0, streamed.output());
  CHECK(streamed.number("parts") == 200);
  bench empty(broker.endpoint(), {"--body-bytes", "0", "--requests", "50"});
  CHECK_MESSAGE(empty.wait() == 0, empty.output());
}

TEST_CASE("bench asks somebody else's workers, and says so when there are none") {
  const broker_process broker;
  const auto worker = worker_process(broker, {"--echo"});
  bench asked(broker.endpoint(), {"--service", "echo", "--requests", "50"});
  CHECK_MESSAGE(asked.wait() == 0, asked.output());
  CHECK(asked.says("the service's own workers"));
  bench nobody(broker.endpoint(), {"--service", "nobody", "--timeout", "5s"});
  CHECK(nobody.wait() == 1);
  CHECK(nobody.says("no answer from service nobody"));
}

TEST_CASE("bench speaks CURVE, and says what is wrong when it does not and should") {
  const temporary_folder folder;
  const auto certificate = folder.path() + "/broker.cert";
  const broker_process broker({"--curve", "--certificate", certificate});
  bench secret(broker.endpoint(), {"--server-key", certificate, "--requests", "50"});
  CHECK_MESSAGE(secret.wait() == 0, secret.output());
  bench open(broker.endpoint(), {"--timeout", "500ms"});
  CHECK(open.wait() == 1);
  CHECK(open.says("mdp: "));
  CHECK(open.says(broker.endpoint()));
}

TEST_CASE("bench says that nobody listens") {
  std::string endpoint;
  {
    const broker_process gone;
    endpoint = gone.endpoint();
  }
  bench run(endpoint, {"--timeout", "300ms"});
  CHECK(run.wait() == 1);
  CHECK(run.output() == "mdp: nobody listens at " + endpoint + "\n");
}

TEST_CASE("bench that is interrupted prints what it has measured") {
  const broker_process broker;
  bench run(broker.endpoint(), {"--seconds", "1h", "--warm-up", "0ms", "--progress"});
  REQUIRE(eventually([&] { return run.has_answers(); }));
  CHECK_MESSAGE(run.interrupt() == 0, run.output());
  CHECK(run.says("s, interrupted\n"));
  CHECK(run.says("latency p99.9"));
}

TEST_CASE("bench counts the requests that a broker that has died does not answer") {
  broker_process broker;
  bench run(broker.endpoint(),
            {"--seconds", "1h", "--warm-up", "0ms", "--progress", "--timeout", "5s"});
  REQUIRE(eventually([&] { return run.has_answers(); }));
  broker.running().kill();
  REQUIRE(eventually([&] { return run.says(" errors\n"); }));
  CHECK(run.interrupt() == 1);
  CHECK(run.says(" x no answer\n"));
}

TEST_CASE("bench keeps to a rate, and asks no more than was due") {
  const broker_process broker;
  bench run(broker.endpoint(), {"--rate", "100", "--seconds", "2s", "--warm-up", "0ms", "--json"});
  CHECK_MESSAGE(run.wait() == 0, run.output());
  CHECK(run.number("answers") >= 1);
  CHECK(run.number("answers") <= 100 * run.number("seconds") + 8); // one more for each client
}

TEST_CASE("a broker that stands still cannot hide the requests that it kept from being sent") {
  const broker_process broker;
  bench run(broker.endpoint(),
            {"--rate", "200", "--clients", "1", "--window", "1", "--workers", "1", "--seconds",
             "1h", "--warm-up", "0ms", "--progress", "--json"});
  const auto progress = [&](std::size_t lines) {
    return eventually([&] { return run.count(" answers\n") >= lines; });
  };
  REQUIRE(eventually([&] { return run.has_answers(); }));
  broker.running().send_signal(SIGSTOP);
  // Longer than it ran, and at least a second, in which 200 were due and one was sent.
  const auto lines = run.count(" answers\n");
  REQUIRE(progress(2 * lines + 3));
  broker.running().send_signal(SIGCONT);
  REQUIRE(progress(2 * lines + 5));
  CHECK_MESSAGE(run.interrupt() == 0, run.output());
  CHECK(run.number("p90") > 100'000); // us: without the timetable one answer would be that slow
}

TEST_CASE("wrong use of bench is a line that says what to do, and exit code 2") {
  const std::vector<std::pair<words, std::string>> cases{
    {{"--workers", "0"}, "--service says whom to ask"},
    {{"--requests", "5", "--seconds", "1s"}, "--requests goes without --seconds"},
    {{"--seconds", "2"}, "at least 100ms"}, // a number alone is milliseconds
    {{"--clients", "0"}, "--clients"},
    {{"--window", "many"}, "--window"},
    {{"--protocol", "0.3"}, "--protocol"},
    {{"--protocol", "proxy"}, "a proxy needs workers"},
    {{"--broker", "somewhere"}, "somewhere"},
    {{"--process", "4000000000"}, "there is no process"},
    {{"--nonsense"}, "--nonsense"},
  };
  for (const auto& each : cases) {
    bench run("tcp://127.0.0.1:5555", each.first);
    CHECK(run.wait() == 2);
    CHECK_MESSAGE(run.says(each.second), run.output());
    CHECK(run.count("\n") == 1);
    CHECK(run.says("(see mdp bench --help)"));
  }
}
