#include "mdp/peers/peer_directory.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <optional>

// What directories count, each for itself or several together: peers of a door and of a user.

using namespace mdp;
using namespace mdp::peers;
using namespace mdp::testing;

namespace {

constexpr auto v0_2 = wire::protocol_version::v0_2;

wire::broker_input asks() {
  return {v0_2, wire::from_client{{}, "echo", body({"?"})}};
}

const wire::broker_input ready{v0_2, wire::worker_ready{"echo"}};

} // namespace

TEST_CASE("a user has as many peers as he may, and others have theirs") {
  directory_config config;
  config.max_peers_of = [](const frame& user) -> std::size_t { return user == "alice" ? 2 : 0; };
  peer_directory<int> directory(config);
  const auto open = [&](const char* who, const char* user) {
    const auto what = directory.judge(frame(who), asks(), at(0s), frame(user)).what;
    if (what == verdict::open)
      REQUIRE(directory.admit(frame(who), asks(), frame(user)) != nullptr);
    return what;
  };
  CHECK(open("1", "alice") == verdict::open);
  CHECK(open("2", "alice") == verdict::open);
  CHECK(open("3", "alice") == verdict::user_full);
  CHECK(directory.judge(frame("1"), asks(), at(0s), frame("alice")).what == verdict::deliver);
  for (const auto* who : {"4", "5", "6"})
    CHECK(open(who, "bob") == verdict::open);
  SUBCASE("one that ends makes room") {
    directory.remove(directory.find(frame("1"))->id, false, at(0s));
  }
  SUBCASE("so does one that is released") {
    CHECK(directory.release(directory.find(frame("1"))->id, 2));
  }
  SUBCASE("and one that says goodbye") {
    directory.let_go(directory.find(frame("1"))->id, at(0s));
  }
  CHECK(open("7", "alice") == verdict::open);
  CHECK(open("8", "alice") == verdict::user_full);
}

TEST_CASE("directories that count together give a user no more than he may have in both") {
  directory_config config;
  config.census = std::make_shared<plain_census>(
    census_bounds{.max_peers = 10, .max_peers_of = [](const frame&) -> std::size_t { return 2; }});
  config.is_for = door::clients;
  config.id_step = 2;
  peer_directory<int> clients(config);
  config.is_for = door::workers;
  config.first_id = 2;
  std::optional<peer_directory<int>> workers(std::in_place, config);
  REQUIRE(clients.admit(frame("1"), asks(), frame("alice")) != nullptr);
  REQUIRE(workers->admit(frame("1"), ready, frame("alice")) != nullptr);
  CHECK(clients.judge(frame("2"), asks(), at(0s), frame("alice")).what == verdict::user_full);
  CHECK(workers->judge(frame("2"), ready, at(0s), frame("alice")).what == verdict::user_full);
  CHECK(workers->judge(frame("2"), ready, at(0s), frame("bob")).what == verdict::open);
  SUBCASE("a peer that goes makes room at the other") {
    clients.remove(clients.find(frame("1"))->id, false, at(0s));
    CHECK(workers->judge(frame("2"), ready, at(0s), frame("alice")).what == verdict::open);
  }
  SUBCASE("so does a directory that ends, with all its peers") {
    workers.reset();
    CHECK(clients.judge(frame("2"), asks(), at(0s), frame("alice")).what == verdict::open);
  }
}

TEST_CASE("of directories that count together at one door only one gets the last place") {
  directory_config config;
  config.census = std::make_shared<plain_census>(census_bounds{.max_peers = 1});
  config.id_step = 2;
  peer_directory<int> here(config);
  config.first_id = 2;
  peer_directory<int> there(config);
  CHECK(here.judge(frame("1"), asks(), at(0s)).what == verdict::open);
  CHECK(there.judge(frame("2"), asks(), at(0s)).what ==
        verdict::open); // both are told that it is free
  REQUIRE(there.admit(frame("2"), asks()) != nullptr);
  CHECK(here.admit(frame("1"), asks()) == nullptr);
  CHECK(here.judge(frame("1"), asks(), at(0s)).what == verdict::house_full);
  CHECK(here.size() == 0);
  there.remove(there.find(frame("2"))->id, false, at(0s));
  CHECK(here.admit(frame("1"), asks()) != nullptr);
}

TEST_CASE("each door has places of its own") {
  directory_config config;
  config.census = std::make_shared<plain_census>(census_bounds{.max_peers = 1});
  config.is_for = door::clients;
  peer_directory<int> clients(config);
  config.is_for = door::workers;
  peer_directory<int> workers(config);
  REQUIRE(clients.admit(frame("1"), asks()) != nullptr);
  CHECK(clients.judge(frame("2"), asks(), at(0s)).what == verdict::house_full);
  CHECK(workers.judge(frame("2"), ready, at(0s)).what == verdict::open);
}
