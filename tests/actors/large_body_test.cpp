#include "actors/broker_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

// The sockets' side of it is in unit/frames_io: what comes in a large frame goes out in it.

using namespace mdp;
using namespace mdp::test;

namespace {

constexpr std::size_t large = 64 * 1024;

} // namespace

TEST_CASE("no byte of a large body is copied inside the broker, to the worker and back") {
  constexpr peer_id client_id{1};
  constexpr peer_id worker_id{2};
  for (const auto version : {wire::protocol_version::v0_1, wire::protocol_version::v0_2})
    for (const std::uint32_t capacity : {1U, 16U}) {
      CAPTURE(capacity);
      broker_fixture broker;
      const auto client = broker.connect_client(client_id);
      const auto worker = broker.connect_worker(worker_id, "echo", version, capacity);
      const frame asked(std::string(large, 'q'));
      broker.system.send(client, actors::request_arrived{{{{}, false}, "echo", {asked}},
                                                         wire::protocol_version::v0_2,
                                                         broker.system.now()});
      const auto request = broker.only_request(worker_id);
      CHECK(request.body[0].data() == asked.data());

      const frame part(std::string(large, 'p'));
      const frame end(std::string(large, 'e'));
      if (version == wire::protocol_version::v0_2)
        broker.say(worker, wire::worker_partial{request.address, {part}});
      broker.say(worker, wire::worker_final{request.address, {end}});
      const auto told = broker.told_client(client_id);
      REQUIRE(told.size() == (version == wire::protocol_version::v0_2 ? 2 : 1));
      CHECK(std::get<wire::client_final>(told.back()).body[0].data() == end.data());
      if (told.size() == 2)
        CHECK(std::get<wire::client_partial>(told.front()).body[0].data() == part.data());
    }
}

TEST_CASE("a large body that waits, and goes to a second worker when the first is lost, is the "
          "same memory still") {
  constexpr peer_id client_id{1};
  constexpr peer_id first{2};
  constexpr peer_id second{3};
  broker_fixture broker;
  const auto client = broker.connect_client(client_id);
  const frame asked(std::string(large, 'q'));
  broker.system.send(client, actors::request_arrived{{{{}, false}, "echo", {asked}},
                                                     wire::protocol_version::v0_2,
                                                     broker.system.now()});
  const auto lost = broker.connect_worker(first, "echo");
  CHECK(broker.only_request(first).body[0].data() == asked.data());
  broker.say(lost, wire::disconnect{});
  broker.connect_worker(second, "echo");
  CHECK(broker.only_request(second).body[0].data() == asked.data());
}
