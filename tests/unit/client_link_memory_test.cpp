#include "unit/client_link_fixture.hpp"

#include <memory>

// What one client can make the broker hold is bounded in memory, by its own bound and by the whole
// broker's (T8, T23).

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

/// What one request of the fixture's client holds.
std::size_t request_footprint() {
  client_link_fixture f;
  f.ask("echo");
  return f.link.footprint();
}

client_link_config with_memory(std::size_t bytes) {
  auto how = client_link_fixture::config();
  how.window = 100;
  how.held_partial_frames = 1000;
  how.max_bytes = bytes;
  return how;
}

} // namespace

TEST_CASE("T8 the open requests of a client are bounded in memory") {
  client_link_fixture f(with_memory(2 * request_footprint()));
  CHECK(f.ask("echo") == "submit c5.1 to echo");
  CHECK(f.ask("echo") == "submit c5.2 to echo");
  CHECK(f.ask("echo") == "refused: client_memory_full");
  f.finish(1, {"x"});
  CHECK(f.ask("echo") == "submit c5.3 to echo");
  f.refuse(2, refusal::expired);
  CHECK(f.ask("echo") == "submit c5.4 to echo");
}

TEST_CASE("T4 what is held back for a client counts as its memory") {
  const auto piece = body({"p"}).footprint();
  client_link_fixture f(with_memory(request_footprint() + 2 * piece));
  f.ask("echo", client_link_fixture::v0_1);
  CHECK(f.partial(1, {"p"}) == "");
  CHECK(f.link.footprint() == request_footprint() + piece);
  CHECK(f.partial(1, {"p"}) == "");
  CHECK(f.partial(1, {"p"}) == "refused: client_memory_full");
  CHECK(f.link.footprint() == 0);
}

TEST_CASE("T4 the pieces of a lost worker are memory no more when another begins") {
  client_link_fixture f(with_memory(1'000'000));
  f.ask("echo", client_link_fixture::v0_1);
  f.partial(1, {"a"});
  f.partial(1, {"b"});
  f.partial(1, {"c"}, at(0s), 2);
  CHECK(f.link.footprint() == request_footprint() + body({"c"}).footprint());
}

TEST_CASE("T4 what is held back is drawn from the broker's budget, and given back") {
  const auto piece = body({"p"}).footprint();
  const auto budget = std::make_shared<broker_budget>(budget_config{10, 2 * piece});
  {
    client_link link(with_memory(1'000'000), peer_id{5}, frame("id"), at(0s), budget);
    for (std::uint64_t i = 1; i <= 2; ++i)
      link.handle({{{}, true}, "echo", body({"?"})}, wire::protocol_version::v0_1, at(0s));
    CHECK(told(link.actions()) == "submit c5.1 to echo, submit c5.2 to echo");
    CHECK(budget->bytes() == 0); // requests are the queues' to account for
    link.partial(id_of(5, 1), body({"p"}), at(0s));
    link.partial(id_of(5, 2), body({"p"}), at(0s));
    CHECK(budget->bytes() == 2 * piece);
    link.partial(id_of(5, 2), body({"p"}), at(0s));
    CHECK(told(link.actions()) == "refused: broker_memory_full");
    CHECK(budget->bytes() == piece);
    link.finish(id_of(5, 1), body({"p"}), at(0s));
    CHECK(told(link.actions()) == "send final 0.1 echo: p|p");
    CHECK(budget->bytes() == 0);
    link.handle({{{}, true}, "echo", body({"?"})}, wire::protocol_version::v0_1, at(0s));
    link.partial(id_of(5, 3), body({"p"}), at(0s));
    CHECK(budget->bytes() == piece);
  }
  CHECK(budget->bytes() == 0);
}

TEST_CASE_FIXTURE(client_link_fixture, "T6 answers to what is over are counted") {
  ask("echo");
  finish(1, {"x"});
  CHECK(link.superfluous_answers() == 0);
  finish(1, {"again"});
  partial(1, {"again"});
  CHECK(link.superfluous_answers() == 2);
}
