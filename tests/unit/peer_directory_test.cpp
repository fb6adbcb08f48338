#include "mdp/peers/peer_directory.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

// Every row of the directory's table, and what it remembers.

using namespace mdp;
using namespace mdp::peers;
using namespace mdp::testing;

namespace {

constexpr auto v0_1 = wire::protocol_version::v0_1;
constexpr auto v0_2 = wire::protocol_version::v0_2;
const frame peer("a peer");
const frame other("another");

wire::broker_input says(wire::from_worker command, wire::protocol_version version = v0_2) {
  return {version, std::move(command)};
}

wire::broker_input asks(wire::protocol_version version = v0_2) {
  return {version, wire::from_client{{}, "echo", body({"?"})}};
}

const auto ready = says(wire::worker_ready{"echo"});
const auto beat = says(wire::heartbeat{});
const auto leave = says(wire::disconnect{});
const auto partial = says(wire::worker_partial{frame("c"), body({"x"})});
const auto final_reply = says(wire::worker_final{frame("c"), body({"x"})});

struct fixture {
  peer_directory<int> directory{directory_config{3, 10, 30s}};

  verdict judge(const frame& who, const wire::broker_input& input, time_point now = at(0s)) {
    return directory.judge(who, input, now).what;
  }
  peer_id admit(const frame& who, const wire::broker_input& input) {
    REQUIRE(judge(who, input) == verdict::open);
    return directory.admit(who, input)->id;
  }
};

} // namespace

// -- a known peer ---------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a known client's requests are delivered") {
  const auto id = admit(peer, asks());
  const auto decision = directory.judge(peer, asks(), at(0s));
  CHECK(decision.what == verdict::deliver);
  CHECK(decision.peer->id == id);
  CHECK(decision.peer->kind == peer_kind::client);
  CHECK(decision.peer->routing_id == peer);
}

TEST_CASE_FIXTURE(fixture, "a known worker's commands are delivered, each of them") {
  admit(peer, ready);
  for (const auto& input : {ready, beat, partial, final_reply})
    CHECK(judge(peer, input) == verdict::deliver);
}

TEST_CASE_FIXTURE(fixture, "7-28 a worker that says goodbye is a stranger at once") {
  const auto id = admit(peer, ready);
  const auto decision = directory.judge(peer, leave, at(0s));
  REQUIRE(decision.what == verdict::goodbye);
  CHECK(decision.peer->id == id);
  directory.let_go(id, at(0s));
  CHECK(directory.find(id) == nullptr); // what its old engine still wants sent reaches nobody
  CHECK(judge(peer, beat) == verdict::ignore);
  CHECK(admit(peer, ready) != id); // another conversation
}

TEST_CASE_FIXTURE(fixture, "what a peer left unread when it ended is known") {
  const auto id = admit(peer, ready);
  judge(peer, beat);
  judge(peer, beat);
  CHECK(directory.remove(id, false, at(0s), 1) == 2);
  CHECK(directory.remove(id, false, at(0s), 1) == 0); // once
}

TEST_CASE_FIXTURE(fixture, "who has read all, or cannot say, left nothing unread") {
  const auto id = admit(peer, ready);
  judge(peer, beat);
  CHECK(directory.remove(id, false, at(0s), 2) == 0);
  const auto failed = admit(other, ready);
  judge(other, beat);
  CHECK(directory.remove(failed, false, at(0s)) == 0);
}

TEST_CASE_FIXTURE(fixture, "who said goodbye may have left something unread as well") {
  const auto id = admit(peer, ready);
  judge(peer, ready); // ends it (7-24)
  judge(peer, beat);
  REQUIRE(judge(peer, leave) == verdict::goodbye);
  directory.let_go(id, at(0s));
  CHECK(directory.leaving() == 1);
  const auto again = admit(peer, ready);
  CHECK(directory.remove(id, true, at(0s), 2) == 2); // the beat and the goodbye
  CHECK(directory.leaving() == 0);
  CHECK(directory.find(again) != nullptr);
}

TEST_CASE_FIXTURE(fixture, "letting go of who is not here changes nothing") {
  directory.let_go(peer_id{999}, at(0s));
  CHECK(directory.leaving() == 0);
}

TEST_CASE_FIXTURE(fixture, "T5 nobody is released to whom something is on its way") {
  const auto id = admit(peer, asks());
  judge(peer, asks());
  CHECK_FALSE(directory.release(id, 1));
  CHECK(directory.find(id) != nullptr);
  CHECK(directory.release(id, 2));
  CHECK(directory.find(id) == nullptr);
  CHECK_FALSE(directory.release(id, 2));
  CHECK(judge(peer, asks()) == verdict::open);
}

TEST_CASE_FIXTURE(fixture, "T5 what is not delivered does not keep a client from being released") {
  const auto id = admit(peer, asks(v0_2));
  CHECK(judge(peer, asks(v0_1)) == verdict::violation);
  CHECK(directory.release(id, 1));
}

TEST_CASE_FIXTURE(fixture, "7-31 a worker that speaks as a client violates the protocol") {
  const auto id = admit(peer, ready);
  const auto decision = directory.judge(peer, asks(), at(0s));
  CHECK(decision.what == verdict::violation);
  CHECK(decision.peer->id == id);
}

TEST_CASE_FIXTURE(fixture, "7-31 G4 a client that speaks as a worker violates the protocol") {
  admit(peer, asks());
  for (const auto& input : {ready, beat, leave, partial, final_reply})
    CHECK(judge(peer, input) == verdict::violation);
}

TEST_CASE_FIXTURE(fixture, "T2 a worker is pinned to the version of its READY") {
  admit(peer, says(wire::worker_ready{"echo"}, v0_1));
  CHECK(judge(peer, says(wire::heartbeat{}, v0_1)) == verdict::deliver);
  CHECK(judge(peer, beat) == verdict::violation);
  CHECK(judge(peer, ready) == verdict::violation);
}

TEST_CASE_FIXTURE(fixture, "T2 a client is pinned to the version of its first request") {
  admit(peer, asks(v0_1));
  CHECK(judge(peer, asks(v0_1)) == verdict::deliver);
  CHECK(judge(peer, asks(v0_2)) == verdict::violation);
}

// -- a stranger -----------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a stranger's request and a stranger's READY open the door") {
  CHECK(judge(peer, asks()) == verdict::open);
  CHECK(judge(other, ready) == verdict::open);
  CHECK(directory.size() == 0); // only admit() lets in
}

TEST_CASE_FIXTURE(fixture, "7-27 a stranger's DISCONNECT is ignored and lets nobody in") {
  CHECK(judge(peer, leave) == verdict::ignore);
  CHECK(directory.size() == 0);
  CHECK(judge(peer, ready) == verdict::open);
}

TEST_CASE_FIXTURE(fixture,
                  "7-28 a stranger that said DISCONNECT is sent nothing, not even another") {
  CHECK(judge(peer, leave) == verdict::ignore);
  CHECK(judge(peer, beat) == verdict::ignore);
  CHECK(judge(peer, final_reply) == verdict::ignore);
}

TEST_CASE_FIXTURE(fixture, "7-30 T9 a stranger's other commands are answered by DISCONNECT, once") {
  for (const auto& input : {beat, partial, final_reply}) {
    fixture f;
    CHECK(f.judge(peer, input) == verdict::turn_away);
    CHECK(f.judge(peer, input) == verdict::ignore);
    CHECK(f.judge(peer, beat) == verdict::ignore);
    CHECK(f.judge(other, beat) == verdict::turn_away);
    CHECK(f.directory.size() == 0);
  }
}

TEST_CASE_FIXTURE(fixture, "T9 a READY clears the memory of having been told to go") {
  CHECK(judge(peer, beat) == verdict::turn_away);
  const auto id = admit(peer, ready);
  CHECK(judge(peer, beat) == verdict::deliver);
  directory.remove(id, false, at(1s));
  CHECK(judge(peer, beat, at(1s)) == verdict::turn_away);
}

TEST_CASE_FIXTURE(fixture, "T9 a stranger that goes on for long is told again") {
  CHECK(judge(peer, beat, at(0s)) == verdict::turn_away);
  CHECK(judge(peer, beat, at(30s - 1ns)) == verdict::ignore);
  CHECK(judge(peer, beat, at(30s)) == verdict::turn_away);
}

TEST_CASE_FIXTURE(fixture, "T8 when the house is full nobody new comes in") {
  for (const auto* name : {"1", "2", "3"})
    admit(frame(name), asks());
  CHECK(judge(peer, asks()) == verdict::house_full);
  CHECK(judge(peer, ready) == verdict::house_full);
  CHECK(judge(frame("1"), asks()) == verdict::deliver);
  CHECK(judge(peer, beat) == verdict::turn_away); // it would wait for work that never comes
}

TEST_CASE_FIXTURE(fixture, "T8 the room of a peer that has ended is free again") {
  const auto first = admit(frame("1"), asks());
  admit(frame("2"), asks());
  admit(frame("3"), ready);
  directory.remove(first, false, at(0s));
  CHECK(directory.size() == 2);
  CHECK(judge(peer, asks()) == verdict::open);
}

// -- who was here ---------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "7-28 7-30 a peer that ended with a DISCONNECT is sent nothing more") {
  const auto id = admit(peer, ready);
  directory.remove(id, true, at(0s));
  CHECK(directory.find(id) == nullptr);
  CHECK(judge(peer, beat) == verdict::ignore);
  CHECK(judge(peer, final_reply) == verdict::ignore);
  CHECK(judge(peer, ready) == verdict::open);
}

TEST_CASE_FIXTURE(fixture, "T6 T9 a worker that was lost and speaks again is told to go") {
  const auto id = admit(peer, ready);
  directory.remove(id, false, at(0s));
  CHECK(judge(peer, final_reply) == verdict::turn_away);
}

TEST_CASE_FIXTURE(fixture, "a peer is found by its id and by its routing id") {
  const auto id = admit(peer, asks());
  CHECK(directory.find(id) == directory.find(peer));
  CHECK(directory.find(id)->id == id);
  CHECK(directory.find(other) == nullptr);
  CHECK(directory.find(peer_id{999}) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "T9 an id is never used again, though the routing id comes back") {
  const auto first = admit(peer, ready);
  directory.remove(first, true, at(0s));
  const auto second = admit(peer, ready);
  CHECK(first != second);
  CHECK(directory.find(first) == nullptr);
  directory.remove(first, true, at(0s)); // stale news about the first
  CHECK(directory.find(second) != nullptr);
  CHECK(judge(peer, beat) == verdict::deliver);
}

TEST_CASE_FIXTURE(fixture, "admitting somebody twice is a bug of ours") {
  admit(peer, ready);
  CHECK(aborts([this] { static_cast<void>(directory.admit(peer, ready)); }));
}

TEST_CASE_FIXTURE(fixture, "Z17 routing ids are bytes, not text: NUL makes a difference") {
  using namespace std::string_view_literals;
  admit(frame("\0a"sv), asks());
  CHECK(judge(frame("\0b"sv), asks()) == verdict::open);
  CHECK(judge(frame("\0a"sv), asks()) == verdict::deliver);
}

TEST_CASE_FIXTURE(fixture, "all peers can be visited, and told apart by their handles") {
  for (int i = 1; i <= 3; ++i) {
    const frame name(std::to_string(i));
    admit(name, asks());
    directory.find(name)->handle = i;
  }
  std::set<int> seen;
  directory.for_each([&](const auto& entry) { seen.insert(entry.handle); });
  CHECK(seen == std::set<int>{1, 2, 3});
}

// -- two doors ------------------------------------------------------------------------------------

TEST_CASE("7-2 a ROUTER that is for one side hears nobody of the other") {
  peer_directory<int> clients{directory_config{.is_for = door::clients}};
  peer_directory<int> workers{directory_config{.is_for = door::workers}};
  CHECK(clients.judge(peer, asks(), at(0s)).what == verdict::open);
  CHECK(workers.judge(peer, ready, at(0s)).what == verdict::open);
  CHECK(workers.judge(peer, asks(), at(0s)).what == verdict::wrong_door);
  for (const auto& input : {ready, beat, leave, partial, final_reply})
    CHECK(clients.judge(peer, input, at(0s)).what == verdict::wrong_door);
  CHECK(clients.remembered() == 0);
}

TEST_CASE("7-31 a worker that asks at the workers' ROUTER violates the protocol, as anywhere") {
  peer_directory<int> workers{directory_config{.is_for = door::workers}};
  REQUIRE(workers.judge(peer, ready, at(0s)).what == verdict::open);
  REQUIRE(workers.admit(peer, ready) != nullptr);
  CHECK(workers.judge(peer, asks(), at(0s)).what == verdict::violation);
}

TEST_CASE("7-2 two directories of one broker give no id twice") {
  peer_directory<int> odd{directory_config{.first_id = 1, .id_step = 2}};
  peer_directory<int> even{directory_config{.first_id = 2, .id_step = 2}};
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 10; ++i)
    for (auto* directory : {&odd, &even}) {
      const frame name(std::to_string(i));
      REQUIRE(directory->judge(name, asks(), at(0s)).what == verdict::open);
      ids.insert(directory->admit(name, asks())->id.value);
    }
  CHECK(ids.size() == 20);
}

// -- users ----------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "T9 another user with a known routing id takes nothing over") {
  REQUIRE(directory.judge(peer, asks(), at(0s), frame("alice")).what == verdict::open);
  const auto id = directory.admit(peer, asks(), frame("alice"))->id;
  CHECK(directory.judge(peer, asks(), at(0s), frame("alice")).what == verdict::deliver);
  for (const auto& user : {frame("bob"), frame()}) {
    for (const auto& input : {asks(), ready, leave}) {
      const auto decision = directory.judge(peer, input, at(0s), user);
      CHECK(decision.what == verdict::takeover);
      REQUIRE(decision.peer != nullptr);
      CHECK(decision.peer->id == id);
    }
  }
  CHECK(directory.remove(id, false, at(0s), 2) == 0); // none of it was delivered
  CHECK(directory.judge(peer, asks(), at(0s), frame("bob")).what == verdict::open);
}
