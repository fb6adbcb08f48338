#include "mdp/engine/dead_letter_office.hpp"
#include "mdp/engine/route_rules.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <string>

// Every row of the office's table.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

job with_body(message what) {
  auto result = job_of(7, 1);
  result.body = std::move(what);
  return result;
}

/// What the office says about a request of a client: "letter", "letter, lost: <reason>" or
/// "letter, again".
std::string said(const dead_letter_office::decision& decision) {
  std::string text = decision.is_letter ? "letter" : "";
  if (decision.lost)
    text.append(", lost: ").append(to_string(*decision.lost));
  if (decision.again)
    text.append(", again");
  return text;
}

struct fixture {
  dead_letter_office office{"dead", 1h};

  dead_letter_office::decision died(const std::string& service,
                                    name_verdict room = name_verdict::known) {
    return office.judge(service, with_body(body({"a", "b"})), room, at(0s));
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a request goes to the dead-letter service behind the name of its own") {
  for (const auto room : {name_verdict::known, name_verdict::unknown}) {
    fixture f;
    const auto decision = f.died("echo", room);
    CHECK(said(decision) == "letter, again");
    CHECK(decision.again->id == job_id{broker_itself, 1});
    CHECK(decision.again->client_address == broker_address);
    CHECK(decision.again->body == body({"echo", "a", "b"}));
    CHECK(decision.again->deadline == at(1h));
  }
}

TEST_CASE_FIXTURE(fixture, "no two requests of the broker's own have the same number") {
  CHECK(died("echo").again->id == job_id{broker_itself, 1});
  CHECK(said(died("echo", name_verdict::full)) == "letter, lost: too_many_services");
  CHECK(died("other").again->id == job_id{broker_itself, 2});
}

TEST_CASE_FIXTURE(fixture,
                  "there are no loops: what died at the dead-letter service goes nowhere") {
  CHECK(said(died("dead")) == "letter");
}

TEST_CASE_FIXTURE(fixture, "the broker's own request that dies is the end of it, and no letter") {
  auto own = with_body(body({"echo", "a"}));
  own.id.client = broker_itself;
  CHECK(said(office.judge("dead", own, name_verdict::known, at(0s))).empty());
  CHECK(said(office.judge("other", own, name_verdict::known, at(0s))).empty());
}

TEST_CASE("without a dead-letter service there are only letters") {
  dead_letter_office office("");
  const auto died = office.judge("echo", with_body(body({"a"})), name_verdict::unknown, at(0s));
  CHECK(said(died) == "letter");
}

TEST_CASE_FIXTURE(fixture, "T8 a request that finds no room for the dead-letter service is lost") {
  CHECK(said(died("echo", name_verdict::full)) == "letter, lost: too_many_services");
  CHECK(said(died("echo", name_verdict::internal)) == "letter, lost: too_many_services");
}

TEST_CASE_FIXTURE(fixture, "T15 what dies while the broker stops is noted and goes nowhere") {
  office.stop();
  CHECK(said(died("echo")) == "letter, lost: stopping");
  CHECK(said(died("echo", name_verdict::full)) == "letter, lost: stopping");
  CHECK(said(died("dead")) == "letter");
}

TEST_CASE_FIXTURE(fixture, "a mirrored copy of a request that dies is no letter") {
  auto copy = with_body(body({"a"}));
  copy.id = {mirror_client, 1};
  CHECK(said(office.judge("echo", copy, name_verdict::known, at(0s))) == "");
}
