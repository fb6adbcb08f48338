#include "actors/broker_fixture.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using wire::protocol_version;

namespace {

constexpr peer_id client{1};
constexpr peer_id worker{2};
constexpr peer_id other_worker{3};

std::string body_of(const wire::to_client& reply) {
  return std::string(std::visit([](const auto& r) { return r.body[0].text(); }, reply));
}

} // namespace

TEST_CASE("a request travels from a client to a worker and its reply back") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "hello");
  const auto request = broker.only_request(worker);
  CHECK(request.body == message{frame("hello")});
  CHECK(request.address == "client 1");
  broker.say(works, final_for(request, "world"));
  const auto replies = broker.told_client(client);
  REQUIRE(replies.size() == 1);
  CHECK(std::get<wire::client_final>(replies[0]).service == "echo");
  CHECK(body_of(replies[0]) == "world");
  CHECK(broker.counters->answered.value() == 1);
}

TEST_CASE("7-11 a request for a service nobody offers waits for its first worker") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  broker.request(asks, "late", "x");
  broker.connect_worker(worker, "late");
  CHECK(broker.only_request(worker).body == message{frame("x")});
}

TEST_CASE("7-41 the request of a worker that is lost goes to another one") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto first = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "x");
  REQUIRE(broker.told_worker(worker).size() == 1);
  const auto second = broker.connect_worker(other_worker, "echo");
  broker.system.send(first, actors::peer_lost{});
  const auto request = broker.only_request(other_worker);
  broker.say(second, final_for(request, "done"));
  CHECK(broker.told_client(client).size() == 1);
  CHECK(broker.counters->retried.value() == 1);
}

TEST_CASE("T6 the worker that was given up cannot answer any more") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto first = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "x");
  const auto held = broker.only_request(worker);
  broker.system.send(first, actors::peer_lost{});
  broker.say(first, final_for(held, "late"));
  CHECK(broker.told_client(client).empty());
}

TEST_CASE("7-38 7-39 an idle worker gets heartbeats, and a silent one is told to go") {
  broker_fixture broker;
  broker.connect_worker(worker, "echo");
  broker.system.advance(2600ms);
  auto told = broker.told_worker(worker);
  REQUIRE(told.size() == 1);
  CHECK(std::holds_alternative<wire::heartbeat>(told[0]));
  broker.system.advance(8s);
  told = broker.told_worker(worker);
  REQUIRE_FALSE(told.empty());
  CHECK(std::holds_alternative<wire::disconnect>(told.back()));
  CHECK(broker.ended().size() == 1);
  broker.system.advance(20s);
  CHECK(broker.told_worker(worker).empty());
}

TEST_CASE("T4 all four pairings of client and worker version work") {
  for (const auto client_version : {protocol_version::v0_1, protocol_version::v0_2})
    for (const auto worker_version : {protocol_version::v0_1, protocol_version::v0_2}) {
      CAPTURE(to_string(client_version));
      CAPTURE(to_string(worker_version));
      broker_fixture broker;
      const auto asks = broker.connect_client(client);
      const auto works = broker.connect_worker(worker, "echo", worker_version);
      broker.request(asks, "echo", "x", client_version);
      const auto request = broker.only_request(worker);
      const bool streams = worker_version == protocol_version::v0_2;
      if (streams)
        broker.say(works, wire::worker_partial{request.address, {frame("part")}});
      broker.say(works, final_for(request, "end"));
      const auto replies = broker.told_client(client, client_version);
      if (streams && client_version == protocol_version::v0_2) {
        REQUIRE(replies.size() == 2);
        CHECK(body_of(replies[0]) == "part");
        CHECK(body_of(replies[1]) == "end");
      } else {
        REQUIRE(replies.size() == 1);
        const auto& body = std::get<wire::client_final>(replies[0]).body;
        CHECK(body == (streams ? message{frame("part"), frame("end")} : message{frame("end")}));
      }
    }
}

TEST_CASE("8-3 O10 mmi.service says 200 while a worker lives and 404 otherwise") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto ask = [&] {
    broker.request(asks, "mmi.service", "echo");
    const auto replies = broker.told_client(client);
    return replies.size() == 1 ? body_of(replies[0]) : "no answer";
  };
  CHECK(ask() == "404");
  const auto works = broker.connect_worker(worker, "echo");
  CHECK(ask() == "200");
  broker.say(works, wire::disconnect{});
  CHECK(ask() == "404");
}

TEST_CASE("8-4 everything else under mmi. is answered 501") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  broker.request(asks, "mmi.nonsense", "x");
  const auto replies = broker.told_client(client);
  REQUIRE(replies.size() == 1);
  CHECK(body_of(replies[0]) == "501");
}

TEST_CASE("8-2 a worker that offers a service under mmi. is disconnected") {
  broker_fixture broker;
  broker.connect_worker(worker, "mmi.service");
  const auto told = broker.told_worker(worker);
  REQUIRE(told.size() == 1);
  CHECK(std::holds_alternative<wire::disconnect>(told[0]));
}

TEST_CASE("mmi.services lists all services with their living workers") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  broker.connect_worker(worker, "b");
  broker.connect_worker(other_worker, "a");
  broker.request(asks, "mmi.services", "");
  const auto replies = broker.told_client(client);
  REQUIRE(replies.size() == 1);
  CHECK(std::get<wire::client_final>(replies[0]).body[1] ==
        R"([{"service":"a","workers":1},{"service":"b","workers":1}])");
}

TEST_CASE("T8 a service without workers and requests is forgotten after a while") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "brief");
  broker.say(works, wire::disconnect{});
  broker.system.advance(90s, 500ms);
  broker.request(broker.connect_client(peer_id{9}), "mmi.services", "");
  const auto replies = broker.told_client(peer_id{9});
  REQUIRE(replies.size() == 1);
  CHECK(std::get<wire::client_final>(replies[0]).body[1] == "[]");
  static_cast<void>(asks);
}

TEST_CASE("T15 when the broker stops, DISCONNECT is its last word to each worker") {
  broker_fixture broker;
  broker.connect_worker(worker, "echo");
  broker.connect_worker(other_worker, "echo", protocol_version::v0_1);
  broker.stop();
  for (const auto id : {worker, other_worker}) {
    const auto told = broker.told_worker(id);
    REQUIRE(told.size() == 1);
    CHECK(std::holds_alternative<wire::disconnect>(told[0]));
  }
}

TEST_CASE("draining refuses new requests and is over when the last answer is in") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "held");
  const auto held = broker.only_request(worker);
  bool drained = false;
  broker.system.send(broker.registry->get(), actors::drain_services{[&] { drained = true; }});
  broker.request(asks, "echo", "too late");
  CHECK(broker.counters->refused.value(engine::refusal::stopping) == 1);
  CHECK_FALSE(drained);
  broker.say(works, final_for(held, "done"));
  CHECK(drained);
  CHECK(broker.told_client(client).size() == 1);
}

TEST_CASE("7-6 a queue cannot tell a service inside the broker from a remote worker") {
  broker_fixture broker;
  recorder<actors::job_sink_actor, actors::stop, actors::sink_accepted, actors::assign_job> service(
    broker.system);
  broker.system.send(broker.registry->get(),
                     actors::register_sink{"echo", sink_id{1'000'000}, 1, service.handle()});
  const auto queue = service.take_only<actors::sink_accepted>().at(0).queue;
  const auto client = broker.connect_client(peer_id{1});
  broker.request(client, "echo", "hello");
  const auto job = service.take_only<actors::assign_job>().at(0);
  broker.system.send(
    queue, actors::job_answered{sink_id{1'000'000}, job.id, job.attempt, true, {frame("hi")}});
  const auto told = broker.told_client(peer_id{1});
  REQUIRE(told.size() == 1);
  CHECK(std::get<wire::client_final>(told[0]).body == message{frame("hi")});
}

TEST_CASE("a queue that is killed between two messages is back with all its requests, its workers "
          "undisturbed") {
  broker_fixture broker;
  const auto queue = broker.queue_of("echo");
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "in flight");
  broker.request(asks, "echo", "waiting");
  const auto first = broker.only_request(worker);
  caf::anon_send_exit(queue, caf::exit_reason::kill);
  broker.system.run();
  broker.say(works, final_for(first, "in flight")); // while it is down
  CHECK(broker.told_worker(worker).empty());
  broker.system.advance(200ms);
  const auto second = broker.only_request(worker);
  CHECK(second.body == message{frame("waiting")});
  broker.say(works, final_for(second, "waiting"));
  CHECK(broker.told_client(client).size() == 2);
  CHECK(broker.counters->retried.value() == 0);
}

TEST_CASE("a session that is killed is back with all open requests") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "before");
  const auto job = broker.only_request(worker);
  caf::anon_send_exit(asks, caf::exit_reason::kill);
  broker.system.run();
  broker.say(works, final_for(job, "answer"));
  broker.request(asks, "echo", "while it is down");
  CHECK(broker.told_client(client).empty());
  broker.system.advance(200ms);
  const auto told = broker.told_client(client);
  REQUIRE(told.size() == 1);
  CHECK(std::get<wire::client_final>(told[0]).body == message{frame("answer")});
  CHECK(broker.only_request(worker).body == message{frame("while it is down")});
  CHECK(broker.ended().empty());
}

TEST_CASE("a registry that is killed is back, and knows all queues") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "in flight");
  const auto job = broker.only_request(worker);
  const auto before = broker.registry->get();
  caf::anon_send_exit(before, caf::exit_reason::kill);
  broker.system.run();
  broker.request(asks, "echo", "while it is down");
  broker.system.advance(200ms);
  CHECK(broker.registry->get() != before);
  broker.say(works, final_for(job, "first"));
  broker.say(works, final_for(broker.only_request(worker), "second"));
  CHECK(broker.told_client(client).size() == 2);
}
