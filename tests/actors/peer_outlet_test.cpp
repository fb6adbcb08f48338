#include "actors/broker_fixture.hpp"
#include "mdp/actors/io/router_outlet.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <variant>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using actors::io::outbox;
using actors::io::outlet_keeper;
using actors::io::router_outlet;

namespace {

constexpr peer_id client{1};
constexpr peer_id worker{2};
constexpr peer_id other_worker{3};

/// One outlet and what comes out of it.
struct fixture {
  std::shared_ptr<router_outlet> make() {
    return std::make_shared<router_outlet>(box, socket_id{1}, worker, frame("w"), counters);
  }

  std::vector<actors::io::loop_command> commands() {
    std::vector<actors::io::loop_command> result;
    box.swap_into(result);
    return result;
  }

  std::shared_ptr<actors::broker_counters> counters = std::make_shared<actors::broker_counters>();
  outbox box{{.max_commands = 2}};
};

} // namespace

TEST_CASE_FIXTURE(fixture, "what is put into an outlet comes out of the outbox with its address") {
  REQUIRE(make()->send({frame("hello")}, 7));
  auto commands = this->commands();
  REQUIRE(commands.size() == 1);
  const auto& sent = std::get<actors::io::send_frames>(commands[0]);
  CHECK(sent.socket == socket_id{1});
  CHECK(sent.peer == worker);
  CHECK(sent.routing_id == "w");
  CHECK(sent.number == 7);
  CHECK(sent.frames == message{frame("hello")});
}

TEST_CASE_FIXTURE(fixture, "an outlet says when there is no room, and counts it") {
  const auto outlet = make();
  CHECK(outlet->send({frame("1")}, 0));
  CHECK(outlet->send({frame("2")}, 0));
  CHECK_FALSE(outlet->send({frame("3")}, 0));
  CHECK(counters->outbox_refused.value() == 1);
  CHECK(commands().size() == 2);
  CHECK(outlet->send({frame("4")}, 0));
}

TEST_CASE_FIXTURE(fixture, "7-28 a closed outlet lets nothing through, and counts it") {
  const auto outlet = make();
  CHECK(outlet->send({frame("before")}, 0));
  outlet->close();
  CHECK(outlet->send({frame("behind")}, 0));
  CHECK(commands().size() == 1);
  CHECK(counters->undelivered.value() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "an outlet is closed with its keeper, wherever that has gone meanwhile") {
  const auto first = make();
  const auto second = make();
  {
    outlet_keeper keeper(first);
    auto elsewhere = std::move(keeper);
    keeper = outlet_keeper(second);
    CHECK(first->send({frame("1")}, 0));
    CHECK(second->send({frame("2")}, 0));
    elsewhere = std::move(keeper);
    keeper = outlet_keeper(); // what it got in exchange goes now
    CHECK(first->send({frame("3")}, 0));
    CHECK(counters->undelivered.value() == 1);
  }
  CHECK(second->send({frame("4")}, 0));
  CHECK(counters->undelivered.value() == 2);
  CHECK(commands().size() == 2);
}

TEST_CASE("a worker for whose request there is no room counts as lost, and another gets it") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  broker.connect_worker(worker, "echo");
  broker.outlet_of(worker).has_room = false;
  broker.request(asks, "echo", "precious");
  CHECK(broker.counters->ended_workers.value(engine::worker_end::unreachable) == 1);
  CHECK(broker.ended().size() == 1);
  broker.connect_worker(other_worker, "echo");
  CHECK(broker.only_request(other_worker).body == message{frame("precious")});
}

TEST_CASE("a client for whose reply there is no room counts as one that cannot be reached") {
  broker_fixture broker;
  const auto asks = broker.connect_client(client);
  const auto works = broker.connect_worker(worker, "echo");
  broker.request(asks, "echo", "hello");
  broker.outlet_of(client).has_room = false;
  broker.say(works, final_for(broker.only_request(worker), "world"));
  REQUIRE(broker.ended().size() == 1);
  CHECK(broker.ended()[0].peer == client);
  CHECK(broker.counters->sessions.value() == 0);
}
