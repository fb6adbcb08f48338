#include "mdp/engine/client_link.hpp"
#include "unit/client_link_fixture.hpp"
#include "unit/worker_link_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

// Partial replies, which 0.2 can say and 0.1 cannot: all four pairings of client and worker (T4).

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr auto v0_1 = wire::protocol_version::v0_1;
constexpr auto v0_2 = wire::protocol_version::v0_2;

/// What a worker's pieces come out as at a client, through both links as the queue joins them.
std::string through_both_links(wire::protocol_version client, std::size_t partials) {
  client_link_fixture asks;
  worker_link_fixture works;
  asks.ask("echo", client);
  works.make_ready();
  auto job = job_of(5, 1);
  works.link.assign({job.id, 1}, frame("routing id"), job.body, at(0s));
  told(works.link.actions());

  std::string seen;
  const auto pass_on = [&] {
    works.link.actions().drain([&](worker_link_action&& action) {
      auto& answer = std::get<worker_answer>(action);
      answer.is_final
        ? asks.link.finish(answer.id, std::move(answer.body), at(0s), answer.attempt)
        : asks.link.partial(answer.id, std::move(answer.body), at(0s), answer.attempt);
    });
    const auto said = told(asks.link.actions());
    seen.append(seen.empty() || said.empty() ? "" : ", ").append(said);
  };
  for (std::size_t i = 1; i <= partials; ++i) {
    works.link.handle(wire::worker_partial{frame("routing id"), body({std::to_string(i)})}, at(0s));
    pass_on();
  }
  works.link.handle(wire::worker_final{frame("routing id"), body({"end"})}, at(0s));
  pass_on();
  return seen;
}

} // namespace

// A 0.1 worker's REPLY and a 0.2 worker's FINAL are the same to both links: the codec has seen to
// that. So a pairing is the client's version and whether there are partials.

TEST_CASE("T4 a 0.1 client and a 0.1 worker: REPLY stays REPLY") {
  CHECK(through_both_links(v0_1, 0) == "send final 0.1 echo: end");
}

TEST_CASE("T4 a 0.2 client and a 0.1 worker: REPLY becomes FINAL") {
  CHECK(through_both_links(v0_2, 0) == "send final 0.2 echo: end");
}

TEST_CASE("T4 a 0.1 client and a 0.2 worker: all pieces come in the one REPLY, in order") {
  CHECK(through_both_links(v0_1, 3) == "send final 0.1 echo: 1|2|3|end");
}

TEST_CASE("T4 a 0.2 client and a 0.2 worker: each piece as it comes") {
  CHECK(through_both_links(v0_2, 3) ==
        "send partial 0.2 echo: 1, send partial 0.2 echo: 2, send partial 0.2 echo: 3, "
        "send final 0.2 echo: end");
}

TEST_CASE_FIXTURE(client_link_fixture, "T19 partials go back along the path of their request too") {
  link.handle({{{frame("7")}, true}, "echo", body({"a"})}, v0_2, at(0s));
  told(link.actions());
  CHECK(partial(1, {"p"}) == "send partial 0.2 <7> echo: p");
  CHECK(finish(1, {"x"}) == "send final 0.2 <7> echo: x");
}

TEST_CASE_FIXTURE(client_link_fixture, "T4 what is held back belongs to one request alone") {
  ask("echo", v0_1);
  ask("echo", v0_1);
  CHECK(partial(1, {"a"}) == "");
  CHECK(partial(2, {"b"}) == "");
  CHECK(partial(1, {"c"}) == "");
  CHECK(finish(2, {"x"}) == "send final 0.1 echo: b|x");
  CHECK(finish(1, {"y"}) == "send final 0.1 echo: a|c|y");
}

TEST_CASE_FIXTURE(client_link_fixture, "T4 too many frames held back end the request") {
  ask("echo", v0_1);
  CHECK(partial(1, {"1", "2"}) == "");
  CHECK(partial(1, {"3", "4"}) == "");
  CHECK(partial(1, {"5"}) == "refused: partials_too_large");
  CHECK(finish(1, {"x"}) == "");
  CHECK(link.open_requests() == 0);
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "T4 the reply is bounded as a whole, its last piece included") {
  ask("echo", v0_1);
  CHECK(partial(1, {"1", "2", "3"}) == "");
  CHECK(finish(1, {"4", "5"}) == "refused: partials_too_large");
  CHECK(link.open_requests() == 0);
}

TEST_CASE_FIXTURE(client_link_fixture, "T4 a reply in one piece is not bounded here") {
  ask("echo", v0_1);
  CHECK(finish(1, {"1", "2", "3", "4", "5"}) == "send final 0.1 echo: 1|2|3|4|5");
}

TEST_CASE("T4 T23 the memory of what is held back is bounded, not only its payload") {
  const auto piece = body({"p"});
  auto how = client_link_fixture::config();
  how.held_partial_frames = 1000;
  how.held_partial_bytes = 2 * piece.footprint();
  client_link_fixture f(how);
  f.ask("echo", v0_1);
  CHECK(f.partial(1, {"p"}) == "");
  CHECK(f.partial(1, {"p"}) == "");
  CHECK(f.partial(1, {""}) == "refused: partials_too_large");
}

TEST_CASE("T12 a status reply does not begin with the pieces that were held back") {
  auto how = client_link_fixture::config();
  how.status_replies = true;
  client_link_fixture f(how);
  f.ask("echo", v0_1);
  f.partial(1, {"p"});
  CHECK(f.refuse(1, refusal::attempts_used_up) ==
        "refused: attempts_used_up, send final 0.1 echo: mdp-status 410 request given up");
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "T4 7-41 a second worker's reply does not begin with the first's pieces") {
  ask("echo", v0_1);
  CHECK(partial(1, {"old 1"}, at(0s), 1) == "");
  CHECK(partial(1, {"old 2"}, at(0s), 1) == "");
  CHECK(partial(1, {"new 1"}, at(1s), 2) == "");
  CHECK(finish(1, {"end"}, at(1s), 2) == "send final 0.1 echo: new 1|end");
}

TEST_CASE_FIXTURE(client_link_fixture, "T4 7-41 nor when the second worker answers in one piece") {
  ask("echo", v0_1);
  CHECK(partial(1, {"old"}, at(0s), 1) == "");
  CHECK(finish(1, {"end"}, at(1s), 2) == "send final 0.1 echo: end");
}

TEST_CASE_FIXTURE(client_link_fixture, "T4 7-41 the second worker's pieces have the whole bound") {
  ask("echo", v0_1);
  CHECK(partial(1, {"1", "2", "3", "4"}, at(0s), 1) == "");
  CHECK(partial(1, {"1", "2", "3"}, at(1s), 2) == "");
  CHECK(finish(1, {"4"}, at(1s), 2) == "send final 0.1 echo: 1|2|3|4");
}

TEST_CASE_FIXTURE(client_link_fixture,
                  "T4 T23 what is held back does not hold on to what it came in") {
  class watched final : public frame_owner {
  public:
    watched(std::string text, bool& is_gone) : text_(std::move(text)), is_gone_(is_gone) {}
    ~watched() override { is_gone_ = true; }
    std::span<const std::byte> bytes() const { return std::as_bytes(std::span(text_)); }

  private:
    std::string text_;
    bool& is_gone_;
  };
  ask("echo", v0_1);
  bool is_gone = false;
  const std::string text(1000, 'p');
  auto* const owner = new watched(text, is_gone);
  link.partial(id_of(5, 1), message{frame::adopt(owner->bytes(), 1000, owner)}, at(0s));
  CHECK(is_gone);
  CHECK(finish(1, {"end"}) == "send final 0.1 echo: " + text + "|end");
}
