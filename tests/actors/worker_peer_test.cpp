#include "actors/broker_fixture.hpp"
#include "mdp/actors/peer/worker_peer.hpp"
#include "mdp/actors/service/actor_service.hpp"
#include "mdp/wire/encode.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

constexpr socket_id its_socket{7};
constexpr auto version = wire::protocol_version::v0_2;

/// A worker's connection: the test plays the loop and the broker on one side, the service on the
/// other.
struct fixture {
  using sink_recorder =
    recorder<actors::job_sink_actor, actors::stop, actors::sink_accepted, actors::assign_job>;

  fixture() {
    auto around = std::make_shared<actors::worker_peer_state::surroundings>();
    around->io = io.handle();
    around->sink = sink.handle();
    around->config.service = "echo";
    around->config.capacity = 2;
    around->counters = counters;
    peer = actors::spawn_state<actors::worker_peer_state>(system.actors(), std::move(around),
                                                          "tcp://broker", 5);
    system.run();
    accepted = sink.take_only<actors::sink_accepted>().at(0);
    system.send(peer, actors::socket_opened{its_socket});
    REQUIRE(said().size() == 1); // READY
  }

  void request(const std::string& client, const std::string& body) {
    system.send(peer, actors::broker_told_worker{its_socket,
                                                 wire::worker_request{frame(client), {frame(body)}},
                                                 system.now()});
  }

  std::vector<message> said() {
    std::vector<message> result;
    for (auto& each : io.take()) {
      if (auto* out = std::get_if<actors::send_on_socket>(&each))
        result.push_back(std::move(out->frames));
      else if (std::holds_alternative<actors::close_owned_socket>(each))
        ++closed;
    }
    return result;
  }

  deterministic_system system;
  std::shared_ptr<actors::worker_counters> counters = std::make_shared<actors::worker_counters>();
  io_recorder io{system};
  sink_recorder sink{system};
  actors::worker_peer_actor peer;
  actors::sink_accepted accepted;
  int closed = 0;
};

message partial_for(const std::string& client, const std::string& body) {
  return wire::encode(wire::worker_partial{frame(client), {frame(body)}}, version);
}

message final_for(const std::string& client, const std::string& body) {
  return wire::encode(wire::worker_final{frame(client), {frame(body)}}, version);
}

const message disconnect = wire::encode(wire::from_worker{wire::disconnect{}}, version);

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "a connection gives its service jobs, and says its answers on the wire") {
  request("c1", "one");
  request("c2", "two");
  const auto jobs = sink.take_only<actors::assign_job>();
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].body == message{frame("one")});
  auto first = actors::responder_for(accepted, jobs[0]);
  auto second = actors::responder_for(accepted, jobs[1]);
  CHECK(second.finish({frame("2")})); // in any order
  CHECK(first.send_part({frame("part")}));
  CHECK(first.finish({frame("1")}));
  system.run();
  CHECK(said() == std::vector<message>{final_for("c2", "2"), partial_for("c1", "part"),
                                       final_for("c1", "1")});
}

TEST_CASE_FIXTURE(fixture, "a request that is dropped by its service is answered with an error") {
  request("c1", "one");
  const auto jobs = sink.take_only<actors::assign_job>();
  { const auto dropped = actors::responder_for(accepted, jobs.at(0)); }
  system.run();
  CHECK(said() ==
        std::vector<message>{final_for("c1", "mdp-status 500 the service gave no answer")});
}

TEST_CASE_FIXTURE(fixture, "7-32 nothing can be answered behind the end of the conversation") {
  request("c1", "one");
  auto answer = actors::responder_for(accepted, sink.take_only<actors::assign_job>().at(0));
  CHECK(answer.is_open());
  system.send(peer, actors::broker_told_worker{its_socket, wire::disconnect{}, system.now()});
  CHECK_FALSE(answer.is_open());
  CHECK_FALSE(answer.finish({frame("late")}));
  system.run();
  CHECK(said().empty());
  CHECK(closed == 1);
}

TEST_CASE_FIXTURE(fixture, "a connection whose service has failed says DISCONNECT and ends") {
  request("c1", "one");
  system.send(peer, actors::sink_lost{});
  CHECK(said() == std::vector<message>{disconnect});
  CHECK(closed == 1);
}

TEST_CASE_FIXTURE(fixture, "a connection that stops waits for what its service holds") {
  request("c1", "one");
  auto answer = actors::responder_for(accepted, sink.take_only<actors::assign_job>().at(0));
  system.send(peer, actors::stop{});
  CHECK(said().empty());
  CHECK(answer.is_open());
  CHECK(answer.finish({frame("1")}));
  system.run();
  CHECK(said() == std::vector<message>{final_for("c1", "1"), disconnect});
  CHECK(closed == 1);
}

TEST_CASE_FIXTURE(fixture, "a connection that stops gives up what takes longer than its grace") {
  request("c1", "one");
  auto answer = actors::responder_for(accepted, sink.take_only<actors::assign_job>().at(0));
  system.send(peer, actors::stop{});
  system.advance(3s);
  auto told = said();
  REQUIRE_FALSE(told.empty());
  CHECK(told.back() == disconnect);
  CHECK_FALSE(answer.is_open());
}

TEST_CASE_FIXTURE(fixture, "a socket that fails is closed with its conversation") {
  system.send(peer, actors::socket_failed{std::make_error_code(std::errc::no_buffer_space)});
  CHECK(said().empty());
  CHECK(closed == 1);
}

TEST_CASE_FIXTURE(fixture, "who is refused by the broker ends, and closes its socket") {
  request("c1", "one");
  system.send(peer, actors::connection_refused{"the handshake failed", false});
  CHECK(said().empty());
  CHECK(closed == 0); // libzmq tries again
  system.send(peer, actors::connection_refused{"the broker refuses this certificate", true});
  CHECK(said().empty());
  CHECK(closed == 1);
  CHECK(counters->lost_requests.value() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "what a conversation drops is counted by its reason, for the whole process") {
  request("c1", "one");
  request("c2", "two");
  system.send(peer,
              actors::job_answered{sink_id{}, {peer_id{5}, 99}, 1, true, {frame("of no job")}});
  CHECK(counters->refused_replies.value() == 1);
  request("c3", "more than the capacity");
  CHECK(counters->surplus_requests.value() == 1);
  CHECK(counters->lost_requests.value() == 2);
}

TEST_CASE_FIXTURE(fixture, "requests at hand when a socket fails are counted as lost") {
  request("c1", "one");
  system.send(peer, actors::socket_failed{std::make_error_code(std::errc::no_buffer_space)});
  CHECK(counters->lost_requests.value() == 1);
}
