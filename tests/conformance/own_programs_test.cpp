#include "conformance/findings.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>

using namespace mdp;
using namespace mdp::test;

namespace {

/// Programs come late on a busy machine, and should not be given up for that.
constexpr std::chrono::milliseconds pace{200};
const std::string pace_text = std::to_string(pace.count()) + "ms";

conformance::settings settings_for(const std::string& endpoint) {
  auto set = fast_settings(endpoint);
  set.heartbeat = pace;
  return set;
}

/// An mdp-broker that beats at this pace.
class fast_broker {
public:
  explicit fast_broker(const std::string& loops = "1")
      : process_("mdp-broker", {"--bind", "tcp://127.0.0.1:*", "--loops", loops, "--heartbeat",
                                pace_text, "--port-file", port_file()}) {
    if (!eventually([this] { return std::filesystem::exists(port_file()); }))
      throw std::runtime_error("the broker has no port: " + process_.output());
    std::string port;
    std::ifstream(port_file()) >> port;
    endpoint_ = "tcp://127.0.0.1:" + port;
  }

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }

private:
  [[nodiscard]] std::string port_file() const { return folder_.path() + "/port"; }

  temporary_folder folder_;
  process process_;
  std::string endpoint_;
};

std::vector<std::string> worker_options(const std::string& endpoint, const std::string& protocol) {
  return {"--broker",   endpoint,          "--service",   "echo",    "--echo",
          "--protocol", protocol,          "--heartbeat", pace_text, "--reconnect-min",
          "10ms",       "--reconnect-max", "50ms"};
}

/// A client of the tool, as people use it.
struct run_of_mdp {
  explicit run_of_mdp(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "conformance");
    process tool("mdp", arguments);
    exit_code = tool.wait();
    output = tool.output();
  }

  [[nodiscard]] bool says(const std::string& text) const {
    return output.find(text) != std::string::npos;
  }

  std::optional<int> exit_code;
  std::string output;
};

} // namespace

TEST_CASE("mdp-broker keeps every item in both versions") {
  std::vector<std::future<tl::expected<conformance::report, std::string>>> reports;
  for (const auto* const loops : {"1", "3"})
    reports.push_back(std::async(std::launch::async, [loops] {
      const fast_broker broker(loops);
      return check_broker(settings_for(broker.endpoint()));
    }));
  for (auto& each : reports) {
    const auto report = each.get();
    REQUIRE(report);
    CHECK(wrong_findings(*report, {}) == "");
    CHECK(report->count(conformance::verdict::skipped) == 0);
    CHECK(report->conforms());
  }
}

TEST_CASE("mdp-worker keeps every item in each version") {
  for (const auto* protocol : {"0.1", "0.2"}) {
    std::optional<process> worker;
    conformance::hooks notify;
    notify.on_bound = [&](const std::string& endpoint) {
      worker.emplace("mdp-worker", worker_options(endpoint, protocol));
    };
    const auto report = check_worker(settings_for("tcp://127.0.0.1:*"), notify);
    REQUIRE(report);
    CHECK(wrong_findings(*report, {}) == "");
    // An echo is quicker than a heartbeat: that it beats while it works is seen elsewhere.
    CHECK(report->count(conformance::verdict::skipped) == 1);
  }
}

TEST_CASE("7-38 mdp-worker beats while it works") {
  std::optional<process> worker;
  conformance::hooks notify;
  notify.on_bound = [&](const std::string& endpoint) {
    auto options = worker_options(endpoint, "0.2");
    options.insert(options.end(), {"--echo-delay", "1s"});
    worker.emplace("mdp-worker", options);
  };
  auto set = settings_for("tcp://127.0.0.1:*");
  set.only = {"7-38"};
  const auto report = check_worker(set, notify);
  REQUIRE(report);
  REQUIRE(report->outcomes.size() == 1);
  CHECK(report->outcomes.front().result == conformance::verdict::pass);
}

TEST_CASE("7-37 a worker that needs a third of an interval for each answer is seen, and a slow one "
          "said to be") {
  for (const auto* const delay : {"60ms", "140ms"}) {
    CAPTURE(delay);
    std::optional<process> worker;
    conformance::hooks notify;
    notify.on_bound = [&](const std::string& endpoint) {
      auto options = worker_options(endpoint, "0.2");
      options.insert(options.end(), {"--echo-delay", delay});
      worker.emplace("mdp-worker", options);
    };
    auto set = settings_for("tcp://127.0.0.1:*");
    set.only = {"7-37"};
    const auto report = check_worker(set, notify); // which ends at all
    REQUIRE(report);
    CHECK(wrong_findings(*report, {}) == "");
    if (std::string_view(delay) == "140ms")
      CHECK(report->count(conformance::verdict::skipped) == 1);
  }
}

TEST_CASE("mdp conformance prints what it saw, and its exit code says whether a MUST failed") {
  const fast_broker broker;
  const run_of_mdp table({"broker", broker.endpoint(), "--only", "8-4", "--only", "7-24",
                          "--protocol", "0.2", "--heartbeat", pace_text});
  CHECK(table.exit_code == 0);
  CHECK(table.says("ITEM"));
  CHECK(table.says("8-4"));
  CHECK(table.says("2 checks, 2 passed, 0 failed, 0 warnings, 0 skipped"));
  const run_of_mdp json({"broker", broker.endpoint(), "--only", "8-4", "--json"});
  CHECK(json.exit_code == 0);
  CHECK(json.output.starts_with("{\"peer\":\"broker tcp://127.0.0.1:"));
  CHECK(json.says("\"conforms\":true"));
  CHECK(json.says(R"({"item":"8-4","mdp":"0.1","level":"MUST","verdict":"pass",)"));
}

TEST_CASE("mdp conformance says in one line that nobody is there") {
  const run_of_mdp tool({"broker", "tcp://127.0.0.1:1", "--patience", "100ms"});
  CHECK(tool.exit_code == 1);
  CHECK(tool.output == "mdp: nobody answers at tcp://127.0.0.1:1\n");
  const temporary_folder folder;
  const auto here = "ipc://" + folder.path() + "/broker";
  const run_of_mdp waiting({"worker", "--bind", here, "--patience", "100ms"});
  CHECK(waiting.exit_code == 1);
  CHECK(waiting.says("mdp: no worker came to " + here + "\n"));
}

TEST_CASE("wrong use of mdp conformance is told from a failure") {
  const std::vector<std::vector<std::string>> wrong{
    {},
    {"broker"},
    {"client", "tcp://127.0.0.1:1"},
    {"broker", "tcp://127.0.0.1:1", "tcp://127.0.0.1:2"},
    {"broker", "--bind", "tcp://127.0.0.1:1"},
    {"broker", "127.0.0.1:1"},
    {"worker", "tcp://127.0.0.1:1"},
    {"worker"},
    {"broker", "tcp://127.0.0.1:1", "--only", "9-1"},
    {"broker", "tcp://127.0.0.1:1", "--protocol", "0.3"},
    {"worker", "--bind", "tcp://127.0.0.1:*", "--only", "8-4"},
  };
  for (const auto& arguments : wrong) {
    const run_of_mdp tool(arguments);
    CHECK_MESSAGE(tool.exit_code == 2, tool.output);
    CHECK(tool.output.starts_with("mdp: "));
  }
}
