#include "actors/broker_fixture.hpp"
#include "mdp/actors/metric_names.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using nlohmann::json;
using wire::protocol_version;

namespace {

constexpr peer_id client{1};
constexpr peer_id worker{2};
constexpr peer_id other_worker{3};

/// A broker and a client that asks it about itself.
struct asking_fixture : broker_fixture {
  actors::client_session_actor asks = connect_client(client);

  std::vector<message> answers() {
    system.advance(100ms, 10ms); // past the pause between two rounds
    std::vector<message> result;
    for (const auto& reply : told_client(client))
      result.push_back(std::get<wire::client_final>(reply).body);
    return result;
  }

  json ask(const std::string& word) {
    request(asks, word, "");
    const auto replies = answers();
    REQUIRE(replies.size() == 1);
    REQUIRE(replies[0].size() == 2);
    CHECK(replies[0][0] == "200");
    return json::parse(replies[0][1].text());
  }
};

} // namespace

TEST_CASE_FIXTURE(asking_fixture, "mmi.workers lists all workers and what is known of them") {
  connect_worker(worker, "sum", protocol_version::v0_1);
  const auto works = connect_worker(other_worker, "echo", protocol_version::v0_2, 8);
  request(asks, "echo", "x");
  system.advance(1s);
  say(works, wire::heartbeat{});
  system.advance(500ms);
  const auto workers = ask("mmi.workers");
  REQUIRE(workers.size() == 2);
  const auto& echo = workers[0];
  CHECK(echo["service"] == "echo");
  CHECK(echo["version"] == "0.2");
  CHECK(echo["routing_id"] == frame("worker 3").hex());
  CHECK(echo["capacity"] == 8);
  CHECK(echo["in_flight"] == 1);
  CHECK(echo["connected_ms"].get<int>() >= 1500);
  CHECK(echo["silent_ms"].get<int>() >= 500);
  CHECK(echo["silent_ms"].get<int>() < 1000);
  CHECK(workers[1]["service"] == "sum");
  CHECK(workers[1]["version"] == "0.1");
  CHECK(workers[1]["capacity"] == 1);
}

TEST_CASE_FIXTURE(asking_fixture,
                  "mmi.queues lists what waits, what is in flight and what was done") {
  const auto works = connect_worker(worker, "echo");
  request(asks, "echo", "1");
  say(works, final_for(only_request(worker), "done"));
  request(asks, "echo", "2");
  request(asks, "echo", "3");
  static_cast<void>(told_client(client));
  system.advance(2s);
  const auto queues = ask("mmi.queues");
  REQUIRE(queues.size() == 1);
  const auto& echo = queues[0];
  CHECK(echo["service"] == "echo");
  CHECK(echo["workers"] == 1);
  CHECK(echo["waiting"] == 1);
  CHECK(echo["in_flight"] == 1);
  CHECK(echo["bytes"].get<std::size_t>() > 0);
  CHECK(echo["oldest_waiting_ms"].get<int>() >= 2000);
  CHECK(echo["accepted"] == 3);
  CHECK(echo["answered"] == 1);
  for (const auto* none : {"retried", "refused", "expired", "cancelled", "late_answers"})
    CHECK(echo[none] == 0);
}

TEST_CASE_FIXTURE(asking_fixture, "mmi.stats shows every metric under its name, with its reasons") {
  connect_worker(worker, "echo");
  request(asks, "nobody", "x");
  system.advance(2s);
  const auto stats = ask("mmi.stats");
  CHECK(stats.size() == std::size(actors::broker_metrics));
  for (const auto& metric : actors::broker_metrics)
    CHECK_MESSAGE(stats.contains(metric.name), metric.name);
  CHECK(stats["mdp_broker_requests_accepted_total"] == 1);
  CHECK(stats["mdp_broker_requests_refused_total"]["expired"] == 0);
  CHECK(stats["mdp_broker_requests_refused_total"].size() == engine::refusal_count);
  CHECK(stats["mdp_broker_messages_invalid_total"]["unknown_header"] == 0);
  CHECK(stats["mdp_broker_sessions"] == 1);
  CHECK(stats["mdp_broker_connections"] == 1);
  CHECK(stats["mdp_broker_services"] == 2);
  CHECK(stats["mdp_broker_uptime_seconds"].get<int>() >= 2);
}

TEST_CASE("metrics have names of their own, in Prometheus' spelling") {
  std::set<std::string_view> names;
  for (const auto& metric : actors::broker_metrics) {
    CHECK_MESSAGE(names.insert(metric.name).second, metric.name);
    CHECK(metric.name.starts_with("mdp_broker_"));
    CHECK(metric.name.ends_with("_total") == (metric.kind == actors::metric_kind::counter));
    CHECK_FALSE(metric.help.empty());
  }
}

TEST_CASE_FIXTURE(asking_fixture, "mmi.version says what the broker is and what it understands") {
  const auto version = ask("mmi.version");
  CHECK(version["name"] == "mdp-broker");
  CHECK(version["version"].is_string());
  CHECK(version["extensions"] == json{"capacity", "envelope"});
}

TEST_CASE_FIXTURE(asking_fixture, "the documents are valid JSON whatever services are called") {
  connect_worker(worker, R"(a"b\c/{}[]')");
  CHECK(ask("mmi.services") == json::parse(R"([{"service":"a\"b\\c/{}[]'","workers":1}])"));
  CHECK(ask("mmi.queues")[0]["service"] == R"(a"b\c/{}[]')");
  CHECK(ask("mmi.workers")[0]["service"] == R"(a"b\c/{}[]')");
}

TEST_CASE_FIXTURE(asking_fixture, "a listing that is told something is answered 400") {
  request(asks, "mmi.queues", "echo");
  const auto replies = answers();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0] == message{frame("400")});
  CHECK(counters->mmi_refused.value() == 1);
}

TEST_CASE_FIXTURE(asking_fixture, "questions that come together are all answered") {
  connect_worker(worker, "echo");
  for (int i = 0; i < 20; ++i)
    request(asks, i % 2 == 0 ? "mmi.queues" : "mmi.services", "");
  CHECK(answers().size() == 20);
  CHECK(counters->mmi_questions.value() == 20);
}

TEST_CASE_FIXTURE(asking_fixture,
                  "sessions and connections that end are counted, with the reason") {
  const auto works = connect_worker(worker, "echo");
  say(works, wire::disconnect{});
  static_cast<void>(ask("mmi.version")); // a client is there because it has asked something
  system.advance(120s, 1s);
  CHECK(release_idle_clients() == 1);
  CHECK(counters->connections.value() == 0);
  CHECK(counters->sessions.value() == 0);
  CHECK(counters->ended_workers.value(engine::worker_end::left) == 1);
  CHECK(counters->ended_clients.value(engine::client_end::idle) == 1);
}

TEST_CASE_FIXTURE(asking_fixture, "T8 small questions cannot make the broker send without end") {
  const std::string long_name(255, 'n');
  for (std::uint64_t i = 0; i < 300; ++i)
    connect_worker(peer_id{1000 + i}, std::to_string(1000 + i) + long_name.substr(4));
  for (int i = 0; i < 200; ++i)
    request(asks, "mmi.queues", ""); // 100 KB each
  std::size_t bytes = 0;
  std::size_t refused = 0;
  const auto replies = answers();
  for (const auto& reply : replies) {
    bytes += reply.byte_count();
    refused += reply[0] == "503" ? 1 : 0;
  }
  CHECK(replies.size() == 200);
  CHECK(refused > 0);
  CHECK(refused < 200);
  CHECK(bytes <= 3 * defaults::mmi_round_max_bytes); // there may have been three rounds
  CHECK(counters->mmi_overloaded.value() == refused);
}
