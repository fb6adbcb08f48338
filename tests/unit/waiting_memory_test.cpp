#include "mdp/engine/client_link.hpp"
#include "mdp/engine/route_gate.hpp"
#include "mdp/engine/service_queue.hpp"
#include "support/counted_allocations.hpp"
#include "support/received_request.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// What a request that waits costs in memory, the allocator's share included. Whoever makes it less lowers
// the bounds; whoever has to raise one says why.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::test;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;
using namespace std::literals;

namespace {

constexpr std::size_t many = 5000;

/// One client, and the queue of a service without a worker.
struct stage {
  static client_link_config patient() {
    client_link_config config;
    config.window = 2 * many;
    return config;
  }

  client_link link{patient(), peer_id{5}, frame("\0abcd"sv), at(0s)};
  service_queue queue{queue_config{}};

  void ask(const std::string& service, const std::string& content,
           const std::string& envelope = {}) {
    link.handle(received_request(service, content, envelope), wire::protocol_version::v0_2, at(0s));
    link.actions().drain([this](client_link_action&& action) {
      queue.submit(std::move(std::get<submit_to_service>(action).what), at(0s));
    });
    queue.actions().drain([](queue_action&&) {});
  }

  /// Of each request among very many.
  std::int64_t bytes_of_each(const std::string& service, const std::string& content,
                             const std::string& envelope = {}) {
    ask(service, content, envelope); // what is there once only
    const auto before = held_bytes();
    for (std::size_t i = 0; i < many; ++i)
      ask(service, content, envelope);
    CHECK(queue.waiting() == many + 1);
    return (held_bytes() - before) / static_cast<std::int64_t>(many);
  }
};

} // namespace

// As many of them as requests wait: eight bytes more in one are eight megabytes for a million requests.
static_assert(sizeof(job) <= 88);
static_assert(sizeof(queued_job) <= 168);
static_assert(sizeof(message) <= 32);

TEST_CASE("T23 a request of 64 bytes that waits holds less than half a kilobyte") {
  CHECK(stage().bytes_of_each("echo", std::string(64, 'x')) <= 432);
}

TEST_CASE("T23 what is counted of requests that wait is what they hold, to a tenth") {
  for (const std::size_t size : {8, 64, 256, 1000}) {
    CAPTURE(size);
    stage s;
    const auto measured = s.bytes_of_each("echo", std::string(size, 'x'));
    const auto counted = static_cast<std::int64_t>(s.queue.footprint() / s.queue.waiting());
    CHECK(s.link.footprint() == s.queue.footprint());
    CHECK(std::abs(counted - measured) <= measured / 10);
  }
}

TEST_CASE("T23 the name that a request for a pattern was asked for under is counted") {
  service_queue queue{queue_config{}};
  const auto submit = [&](std::uint64_t number) {
    job what{{peer_id{5}, number}, {}, message{frame(std::string(64, 'x'))}};
    what.service = frame("images.resize"sv);
    queue.submit(std::move(what), at(0s));
    queue.actions().drain([](queue_action&&) {});
  };
  submit(many);
  const auto before = held_bytes();
  for (std::uint64_t i = 0; i < many; ++i)
    submit(i);
  const auto measured = (held_bytes() - before) / static_cast<std::int64_t>(many);
  // A session's share of what is counted is not here.
  const auto counted = static_cast<std::int64_t>(queue.footprint() / queue.waiting()) - 112;
  CHECK(std::abs(counted - measured) <= measured / 10);
}

TEST_CASE("T23 a body that does not fit into a frame costs its bytes and a little more") {
  const auto small = stage().bytes_of_each("echo", std::string(64, 'x'));
  CHECK(stage().bytes_of_each("echo", std::string(256, 'x')) <= small + 256 + 32);
}

TEST_CASE("T23 the envelope of a client that numbers its requests costs a frame") {
  const auto bare = stage().bytes_of_each("echo", "x");
  CHECK(stage().bytes_of_each("echo", "x", "12345678") <= bare + 96);
}

TEST_CASE("T23 a client's address and its name are not kept for each of its requests") {
  const auto bytes_with = [](const frame& address, const frame& user) {
    client_link link(stage::patient(), peer_id{5}, address, at(0s), {}, user);
    const auto before = held_bytes();
    std::vector<job> kept;
    kept.reserve(many);
    for (std::size_t i = 0; i < many; ++i) {
      link.handle(received_request("echo", "x"), wire::protocol_version::v0_2, at(0s));
      link.actions().drain([&](client_link_action&& action) {
        kept.push_back(std::move(std::get<submit_to_service>(action).what));
      });
    }
    CHECK(kept.back().user.text() == user.text());
    CHECK(kept.back().client_address.text() == address.text());
    return held_bytes() - before;
  };
  const auto more = bytes_with(frame(std::string(255, 'a')), frame(std::string(200, 'u'))) -
                    bytes_with(frame("a"sv), frame());
  CHECK(more < static_cast<std::int64_t>(many)); // not a byte a request
}

TEST_CASE("T23 a job that comes back from a worker that was lost waits in as little memory") {
  stage s;
  s.queue.add_sink(sink_id{9}, many, at(0s));
  s.ask("echo", std::string(64, 'x'));
  const auto before = held_bytes();
  for (std::size_t i = 0; i + 1 < many; ++i)
    s.ask("echo", std::string(64, 'x'));
  s.queue.remove_sink(sink_id{9}, at(0s));
  REQUIRE(s.queue.waiting() == many);
  constexpr int place = 64; // in the order of those that came back
  CHECK((held_bytes() - before) / static_cast<std::int64_t>(many) <= 440 + place);
}

TEST_CASE("T23 a request that waits for a router holds less than a kilobyte") {
  stage s;
  route_gate gate{route_gate_config{}}; // nobody to ask
  const auto ask = [&] {
    s.link.handle(received_request("echo", std::string(64, 'x')), wire::protocol_version::v0_2,
                  at(0s));
    s.link.actions().drain([&](client_link_action&& action) {
      auto& request = std::get<submit_to_service>(action);
      gate.submit(std::move(request.service), std::move(request.what), at(0s));
    });
  };
  ask();
  const auto before = held_bytes();
  for (std::size_t i = 0; i < many; ++i)
    ask();
  CHECK(gate.undecided() == many + 1);
  CHECK((held_bytes() - before) / static_cast<std::int64_t>(many) <= 640);
}
