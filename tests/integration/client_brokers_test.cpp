#include "integration/client_forms.hpp"
#include "integration/programs.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <future>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using wire::protocol_version;

namespace {

request_options persistent() {
  request_options options;
  options.timeout = 500ms;
  options.attempts = 100;
  return options;
}

/// A worker that answers with its own name, whatever it is asked.
actors::work_function saying(std::string name) {
  return [name = std::move(name)](const message&, const actors::send_part_function&) {
    return message{frame(name)};
  };
}

std::string who_answers(mdp::client& client, const request_options& how = persistent()) {
  const auto reply = client.request("name", {}, how);
  return reply ? std::string((*reply)[0].text()) : std::string(to_string(reply.error()));
}

} // namespace

TEST_CASE("a thousand requests share one connection and find their own replies, in both versions") {
  broker_process broker;
  local_worker worker(broker.endpoint(), "echo", echo);
  for (const auto version : {protocol_version::v0_1, protocol_version::v0_2}) {
    auto config = client_at(broker.endpoint());
    config.version = version;
    mdp::client client(config);
    REQUIRE(client.request("echo", {frame("first")}, patient()));
    std::vector<std::future<request_result>> pending;
    for (int i = 0; i < 1000; ++i)
      pending.push_back(client.submit("echo", {frame(std::to_string(i))}, patient()));
    for (int i = 0; i < 1000; ++i)
      CHECK(pending[static_cast<std::size_t>(i)].get() == message{frame(std::to_string(i))});
    CHECK(eventually([&] { return client.statistics().connections == 1; }));
    const auto counted = client.statistics().engine;
    CHECK(counted.unexpected_replies + counted.late_replies + counted.invalid_messages == 0);
    CHECK(counted.retries == 0);
  }
}

TEST_CASE("requests that are open when the broker is killed are answered by its successor") {
  broker_process broker;
  mdp::client client(client_at(broker.endpoint()));
  // What is asked again when its time is over goes by another connection.
  auto unhurried = persistent();
  unhurried.timeout = 5s;
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 200; ++i)
    pending.push_back(client.submit("echo", {frame(std::to_string(i))}, unhurried));
  // The broker says so: it has what fits on one connection.
  mdp::client observer(client_at(broker.endpoint()));
  REQUIRE(eventually([&] {
    const auto queues = observer.request("mmi.queues", {}, patient());
    return queues && queues->size() == 2 &&
           (*queues)[1].text().find("\"service\":\"echo\"") != std::string_view::npos;
  }));
  broker.running().kill();
  REQUIRE(eventually([&] { return client.statistics().engine.lost_lines > 0; }));
  broker.start_again();
  local_worker worker(broker.endpoint(), "echo", echo);
  for (int i = 0; i < 200; ++i)
    CHECK(pending[static_cast<std::size_t>(i)].get() == message{frame(std::to_string(i))});
}

TEST_CASE("a client goes to the second broker when the first is gone, and back when that is back") {
  broker_process first;
  broker_process second;
  local_worker at_first(first.endpoint(), "name", saying("first"));
  local_worker at_second(second.endpoint(), "name", saying("second"));
  auto config = client_at(first.endpoint());
  config.brokers.push_back(second.endpoint());
  mdp::client client(config);
  // Patiently: whose time is over goes to the next broker, and workers are there when they are.
  CHECK(who_answers(client, patient()) == "first");
  CHECK(who_answers(client, patient()) == "first");
  first.running().kill();
  CHECK(eventually([&] { return who_answers(client) == "second"; }));
  CHECK(eventually([&] { return client.statistics().engine.fail_overs > 0; }));
  first.start_again();
  CHECK(eventually([&] { return who_answers(client) == "first"; }));
  CHECK(eventually([&] { return client.statistics().engine.returns > 0; }));
}

TEST_CASE("a client whose first broker is frozen goes to the second within a time-out") {
  broker_process first;
  broker_process second;
  local_worker at_first(first.endpoint(), "name", saying("first"));
  local_worker at_second(second.endpoint(), "name", saying("second"));
  auto config = client_at(first.endpoint());
  config.brokers.push_back(second.endpoint());
  mdp::client client(config);
  CHECK(who_answers(client, patient()) == "first"); // its worker may still be on its way
  first.running().send_signal(SIGSTOP);
  CHECK(eventually([&] { return who_answers(client) == "second"; }));
  first.running().send_signal(SIGCONT);
  CHECK(eventually([&] { return who_answers(client) == "first"; }));
}

TEST_CASE(
  "what a broker refuses for want of room is not the client's doing: it keeps within its window") {
  broker_process broker({"--client-window", "128"});
  local_worker worker(broker.endpoint(), "echo", echo);
  mdp::client client(client_at(broker.endpoint()));
  std::vector<std::future<request_result>> pending;
  for (int i = 0; i < 500; ++i)
    pending.push_back(client.submit("echo", {frame(std::to_string(i))}, patient()));
  for (auto& each : pending)
    CHECK(each.get().has_value());
}
