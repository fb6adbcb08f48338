#include "mdp/engine/worker_link.hpp"
#include "unit/worker_link_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

// Every row of the link's transition table, the refusing ones too. Heartbeats are in
// worker_link_heartbeat_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

// -- opening --------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(worker_link_fixture, "7-25 a READY offers the service, and nothing answers it") {
  CHECK(handle(wire::worker_ready{"echo"}) == "offer echo x1");
  CHECK(link.is_ready());
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-14 18-7 a READY may announce a capacity") {
  CHECK(handle(wire::worker_ready{"echo", 64, true}) == "offer echo x64");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "8-2 a worker that offers a reserved service is told to go") {
  CHECK(handle(wire::worker_ready{"mmi.service"}) == "send disconnect, ended: reserved_service");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "8-2 Z17 only names that begin with the prefix are reserved") {
  for (const auto* name : {"mmi", "mm.i", "xmmi.service", "mi.", "i", ".mmi.", "MMI.service"}) {
    worker_link other(config(), at(0s));
    other.handle(wire::worker_ready{name}, at(0s));
    CHECK(told(other.actions()) == std::string("offer ") + name + " x1");
  }
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-30 Z3 any other command before READY is answered by DISCONNECT") {
  const wire::from_worker early[] = {
    wire::worker_partial{frame("c1"), body({"x"})},
    wire::worker_final{frame("c1"), body({"x"})},
    wire::heartbeat{},
  };
  for (const auto& command : early) {
    worker_link other(config(), at(0s));
    other.handle(wire::from_worker(command), at(0s));
    CHECK(told(other.actions()) == "send disconnect, ended: unexpected");
    CHECK(other.has_ended());
  }
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-27 a DISCONNECT before READY ends it without an answer") {
  CHECK(handle(wire::disconnect{}) == "ended: left");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-31 what is not MDP before READY ends it") {
  CHECK(handle_invalid() == "send disconnect, ended: invalid");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "an unreachable peer before READY is forgotten") {
  CHECK(handle_unreachable() == "ended: unreachable");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-29 a peer that never says anything is forgotten without a word") {
  CHECK(tick(at(4s - 1ns)) == "");
  CHECK(tick(at(4s)) == "ended: silent");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "a peer can be told to go before READY") {
  link.dismiss();
  CHECK(told(link.actions()) == "send disconnect, ended: dismissed");
  check_is_over();
}

// -- ready ----------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(worker_link_fixture, "7-24 7-30 a second READY is answered by DISCONNECT") {
  make_ready();
  assign(1, 1);
  CHECK(handle(wire::worker_ready{"echo"}) == "send disconnect, ended: unexpected");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "7-23 not even a second READY for another service is taken") {
  make_ready();
  CHECK(handle(wire::worker_ready{"other"}) == "send disconnect, ended: unexpected");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "8-2 a READY for a reserved service after the first ends it too") {
  make_ready();
  CHECK(handle(wire::worker_ready{"mmi.x"}) == "send disconnect, ended: unexpected");
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-15 a request goes out under the client's address") {
  make_ready();
  CHECK(assign(1, 1) == "send request [client 1] ask 1.1");
  CHECK(link.in_flight() == 1);
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-16 the answer to the outstanding request is passed on") {
  make_ready();
  assign(1, 1, 2);
  CHECK(handle(wire::worker_final{frame("client 1"), body({"x", ""})}) == "final c1.1 (try 2): x|");
  CHECK(link.in_flight() == 0);
  CHECK(assign(2, 1) == "send request [client 2] ask 2.1");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-10 18-12 partials are passed on and the worker stays busy") {
  make_ready();
  assign(1, 1);
  for (int i = 0; i < 3; ++i)
    CHECK(handle(wire::worker_partial{frame("client 1"), body({"p"})}) == "part c1.1 (try 1): p");
  CHECK(link.in_flight() == 1);
  CHECK(handle(wire::worker_final{frame("client 1"), body({"x"})}) == "final c1.1 (try 1): x");
  CHECK(link.in_flight() == 0);
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-13 Z4 an answer of an idle worker is answered by DISCONNECT") {
  make_ready();
  CHECK(handle(wire::worker_final{frame("client 1"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-13 Z4 a second final for one request is answered by DISCONNECT") {
  make_ready();
  assign(1, 1);
  handle(wire::worker_final{frame("client 1"), body({"x"})});
  CHECK(handle(wire::worker_final{frame("client 1"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-10 a partial after the final is answered by DISCONNECT") {
  make_ready();
  assign(1, 1);
  handle(wire::worker_final{frame("client 1"), body({"x"})});
  CHECK(handle(wire::worker_partial{frame("client 1"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-13 T7 Z10 an answer for another client injects nothing") {
  make_ready();
  assign(1, 1);
  CHECK(handle(wire::worker_final{frame("client 2"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-13 T7 Z10 nor does a partial answer for another client") {
  make_ready();
  assign(1, 1);
  CHECK(handle(wire::worker_partial{frame("client 2"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-28 nothing is sent to a worker after its DISCONNECT") {
  make_ready();
  assign(1, 1);
  CHECK(handle(wire::disconnect{}) == "ended: left");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-30 nothing is sent to a worker after our DISCONNECT") {
  make_ready();
  CHECK(handle(wire::worker_ready{"echo"}) == "send disconnect, ended: unexpected");
  CHECK(assign(1, 1) == ""); // the queue has not heard of the end yet
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "7-31 a worker that sends what is not MDP is told to go") {
  make_ready();
  CHECK(handle_invalid() == "send disconnect, ended: invalid");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T22 a worker the socket has lost is not written to any more") {
  make_ready();
  assign(1, 1);
  CHECK(handle_unreachable() == "ended: unreachable");
  check_is_over();
}

TEST_CASE_FIXTURE(worker_link_fixture, "T22 what is sent to a worker is numbered, heartbeats too") {
  std::vector<std::uint64_t> numbers;
  const auto note = [&] {
    link.actions().drain([&](worker_link_action&& action) {
      if (const auto* out = std::get_if<send_to_worker>(&action))
        numbers.push_back(out->number);
    });
  };
  make_ready(5);
  link.assign({id_of(1, 1), 1}, frame("client 1"), body({"x"}), at(0s));
  note();
  link.tick(at(1s));
  note();
  link.assign({id_of(1, 2), 1}, frame("client 1"), body({"x"}), at(1s));
  link.dismiss();
  note();
  CHECK(numbers == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "T22 requests that never left are known from those that may have") {
  make_ready(5);
  assign(1, 1); // message 1
  assign(1, 2);
  tick(at(1s)); // message 3, a heartbeat
  assign(2, 1, 1, at(1s));
  assign(3, 1, 1, at(1s));
  SUBCASE("the last one") {
    CHECK(handle_unreachable(5) == "ended: unreachable, not delivered: c3.1");
  }
  SUBCASE("all from the heartbeat on") {
    CHECK(handle_unreachable(3) == "ended: unreachable, not delivered: c2.1, not delivered: c3.1");
  }
  SUBCASE("all, in the order in which they were sent") {
    CHECK(handle_unreachable(1) ==
          "ended: unreachable, not delivered: c1.1, not delivered: c1.2, not delivered: c2.1, "
          "not delivered: c3.1");
  }
  SUBCASE("none that is known of") {
    CHECK(handle_unreachable() == "ended: unreachable");
  }
  SUBCASE("none: it was found out by a message that is not sent yet") {
    CHECK(handle_unreachable(6) == "ended: unreachable");
  }
}

TEST_CASE_FIXTURE(worker_link_fixture, "T15 a worker is told when the broker stops") {
  make_ready();
  link.dismiss();
  CHECK(told(link.actions()) == "send disconnect, ended: dismissed");
  check_is_over();
}

// -- capacity and tokens --------------------------------------------------------------------------

TEST_CASE_FIXTURE(worker_link_fixture, "7-5 more than a worker takes is a bug of ours") {
  make_ready();
  assign(1, 1);
  CHECK(aborts([this] { assign(1, 2); }));
}

TEST_CASE_FIXTURE(worker_link_fixture, "a job for a worker that was never ready is a bug of ours") {
  CHECK(aborts([this] { assign(1, 1); }));
}

TEST_CASE_FIXTURE(worker_link_fixture, "T7 a worker with a capacity knows its requests by tokens") {
  make_ready(3);
  const auto first = assign_for_address(1, 1);
  const auto second = assign_for_address(1, 2);
  const auto third = assign_for_address(2, 1);
  CHECK(first != second);
  CHECK(link.in_flight() == 3);
  CHECK(handle(wire::worker_final{second, body({"b"})}) == "final c1.2 (try 1): b");
  CHECK(handle(wire::worker_final{third, body({"c"})}) == "final c2.1 (try 1): c");
  CHECK(handle(wire::worker_partial{first, body({"a"})}) == "part c1.1 (try 1): a");
  CHECK(handle(wire::worker_final{first, body({"a"})}) == "final c1.1 (try 1): a");
  CHECK(link.in_flight() == 0);
}

TEST_CASE_FIXTURE(worker_link_fixture,
                  "18-13 T7 a used token and a client's address name nothing") {
  make_ready(3);
  const auto token = assign_for_address(1, 1);
  handle(wire::worker_final{token, body({"x"})});
  const auto again = assign_for_address(1, 2);
  CHECK(again != token);
  CHECK(handle(wire::worker_final{token, body({"x"})}) == "send disconnect, ended: unexpected");

  worker_link_fixture other;
  other.make_ready(3);
  other.assign_for_address(1, 1);
  CHECK(other.handle(wire::worker_final{frame("client 1"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
}

TEST_CASE("T6 T7 what a worker worked out before it came again answers nothing now") {
  worker_link_fixture before;
  before.make_ready(2);
  const auto stale = before.assign_for_address(1, 1);
  worker_link_fixture after;
  after.make_ready(2);
  after.assign_for_address(2, 1);
  CHECK(after.handle(wire::worker_final{stale, body({"x"})}) ==
        "send disconnect, ended: unexpected");
}

TEST_CASE("no worker is given more than the broker grants, whatever it announces") {
  auto how = worker_link_fixture::config();
  how.max_capacity = 7;
  worker_link_fixture f(how);
  CHECK(f.handle(wire::worker_ready{"echo", 65536, true}) == "offer echo x7");
}

TEST_CASE_FIXTURE(worker_link_fixture, "a capacity of one that was announced gets tokens as well") {
  make_ready(1);
  const auto token = assign_for_address(1, 1);
  CHECK(token != "client 1");
  CHECK(handle(wire::worker_final{token, body({"x"})}) == "final c1.1 (try 1): x");
}

TEST_CASE("T7 with opaque client ids every worker gets tokens") {
  auto how = worker_link_fixture::config();
  how.opaque_client_ids = true;
  worker_link_fixture f(how);
  f.make_ready();
  const auto token = f.assign_for_address(1, 1);
  CHECK(token != "client 1");
  CHECK(f.handle(wire::worker_final{frame("client 1"), body({"x"})}) ==
        "send disconnect, ended: unexpected");
}

TEST_CASE_FIXTURE(worker_link_fixture, "an end says how many commands were read") {
  make_ready();
  handle(wire::heartbeat{});
  probe(at(0s)); // what is no command of the worker's does not count
  link.handle(wire::worker_ready{"echo"}, at(0s));
  std::uint64_t heard = 0;
  link.actions().drain([&](worker_link_action&& action) {
    if (const auto* end = std::get_if<worker_ended>(&action))
      heard = end->heard;
  });
  CHECK(heard == 3);
}

TEST_CASE("every reason for an end has a name, and only one leaves a worker untold") {
  for (std::size_t i = 0; i < worker_end_count; ++i) {
    const auto reason = static_cast<worker_end>(i);
    CHECK_FALSE(to_string(reason).empty());
    CHECK(was_told(reason) == (reason != worker_end::unreachable));
  }
}
