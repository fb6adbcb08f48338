#include "conformance/findings.hpp"
#include "conformance/little_worker.hpp"

#include <doctest/doctest.h>

#include <future>
#include <optional>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using conformance::version;
using defect = worker_defect;

namespace {

struct story {
  const char* name;
  defect wrong;
  std::set<std::string> deviating;
  std::string identity{};
};

const std::string answer_frames = "an answer is written as it should";
const std::string address = "an answer has the request's address, and an empty frame behind it";
const std::string back_on_new_socket =
  "after DISCONNECT it says nothing more and comes back on a new socket";
const std::string serves_again = "having come back it serves again";
const std::string idle_beats = "it beats regularly while idle, in frames written as they should";
const std::string left_silence = "it gives up a broker that fell silent";
const std::string back_from_silence = "it comes back on a new socket when the broker fell silent";

const std::vector<story>& stories() {
  static const std::vector<story> all{
    {"none", defect::none, {}},
    {"none, with an identity of its own", defect::none, {}, "worker-1"},
    {"a READY with a frame too many", defect::long_ready, {"READY is written as it should"}},
    {"READY again and again",
     defect::repeats_ready,
     {"there is no second READY in a conversation"}},
    {"a READY that crosses a DISCONNECT", defect::crosses_disconnect, {}},
    {"no heartbeats", defect::never_beats, {idle_beats}},
    {"heartbeats always", defect::beats_always, {"it does not beat while it answers"}},
    {"heartbeats with a frame too many", defect::long_heartbeats, {idle_beats}},
    {"no heartbeats while it works", defect::silent_while_busy, {"it beats while it works"}},
    {"no delimiter", defect::drops_delimiter, {address}},
    {"an address of its own", defect::own_address, {address}},
    {"no body", defect::drops_body, {answer_frames}},
    {"two answers", defect::answers_twice, {"one request gets one last answer"}},
    {"deaf for DISCONNECT", defect::ignores_disconnect, {back_on_new_socket, serves_again}},
    {"the same socket again", defect::same_socket, {back_on_new_socket, serves_again}},
    {"no return", defect::never_returns, {back_on_new_socket}},
    {"patient with silent brokers", defect::ignores_silence, {left_silence, back_from_silence}},
    {"no return to silent brokers", defect::leaves_for_good, {back_from_silence}},
    {"heartbeats only count", defect::only_beats_count, {"requests count as heartbeats"}},
    {"no resistance to nonsense",
     defect::dies_of_nonsense,
     {"requests cut short anywhere do not end it"}},
  };
  return all;
}

tl::expected<conformance::report, std::string> check_little_worker(const story& told, version v) {
  auto set = fast_settings("tcp://127.0.0.1:*");
  set.heartbeat = little_worker::heartbeat;
  set.patience = 4s;
  std::optional<little_worker> worker;
  conformance::hooks notify;
  notify.on_bound = [&](const std::string& endpoint) {
    worker.emplace(endpoint, v, told.wrong, told.identity);
  };
  return check_worker(set, notify);
}

} // namespace

TEST_CASE("each defect of a worker is found by exactly the checks that are about it") {
  struct run {
    const story& told;
    version spoken;
    std::future<tl::expected<conformance::report, std::string>> report;
  };
  std::vector<run> runs;
  for (const auto& each : stories()) // they mostly wait, so all at once
    for (const auto v : {version::v0_1, version::v0_2})
      runs.push_back({each, v, std::async(std::launch::async, [&each, v] {
                        return check_little_worker(each, v);
                      })});
  for (auto& each : runs) {
    const auto report = each.report.get();
    const std::string worker_with = each.told.name;
    const std::string spoken(to_string(each.spoken));
    CAPTURE(worker_with);
    CAPTURE(spoken);
    REQUIRE(report);
    CHECK(wrong_findings(*report, each.told.deviating) == "");
  }
}
