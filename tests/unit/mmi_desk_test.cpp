#include "mdp/engine/mmi_desk.hpp"
#include "mdp/overload.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <string>

// Whatever peers ask, and however often: the queues are asked at a bounded pace, and each question is
// answered once.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

struct fixture {
  static mmi_desk_config config() {
    mmi_desk_config how;
    how.max_questions = 4;
    how.patience = 1s;
    how.pause = 10ms;
    how.pause_per_report = 5ms;
    return how;
  }

  mmi_desk desk{config()};

  /// What the desk wants done: "reply c1.1: 404", "survey 1 of echo", "survey 2 of all",
  /// "survey 2 of all workers", "round [c1.1 c1.2] of a b".
  std::string told() {
    std::string line;
    desk.actions().drain([&](mmi_action&& action) {
      line.append(line.empty() ? "" : ", ")
        .append(std::visit(
          overload{[](const mmi_reply& reply) {
                     return "reply " + words(reply.question) + ": " + words(reply.body);
                   },
                   [](const mmi_survey& survey) {
                     return "survey " + std::to_string(survey.survey) + " of " +
                            survey.only.value_or("all") + (survey.with_workers ? " workers" : "");
                   },
                   [](const mmi_round& round) {
                     std::string text = "round [";
                     for (const auto& question : round.questions)
                       text.append(text.back() == '[' ? "" : " ").append(words(question.id));
                     text += "] of";
                     for (const auto& report : round.reports)
                       text.append(" ").append(report.service);
                     return text;
                   }},
          action));
    });
    return line;
  }
  std::string ask(std::uint64_t sequence, std::string_view service, time_point now = at(0s),
                  std::string_view text = "") {
    desk.ask(id_of(1, sequence), service, body({text}), now);
    return told();
  }
  std::string begun(std::uint64_t survey, std::size_t reports, time_point now = at(0s)) {
    desk.on_survey_begun(survey, reports, now);
    return told();
  }
  std::string report(std::uint64_t survey, std::string service, time_point now = at(0s),
                     std::size_t workers = 1) {
    service_report what;
    what.service = std::move(service);
    what.workers = workers;
    desk.on_report(survey, std::move(what), now);
    return told();
  }
  std::string tick(time_point now) {
    desk.tick(now);
    return told();
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "8-3 mmi.service asks the one queue and answers what it reports") {
  CHECK(ask(1, "mmi.service", at(0s), "echo") == "survey 1 of echo");
  CHECK(begun(1, 1) == "");
  CHECK(report(1, "echo", at(0s), 2) == "reply c1.1: 200");
  CHECK(ask(2, "mmi.service", at(0s), "none") == "survey 2 of none");
  CHECK(begun(2, 0) == "reply c1.2: 404");
  CHECK(desk.open_questions() == 0);
}

TEST_CASE_FIXTURE(fixture, "a bad question is answered at once") {
  CHECK(ask(1, "mmi.nonsense") == "reply c1.1: 501");
  CHECK(ask(2, "mmi.queues", at(0s), "echo") == "reply c1.2: 400");
  CHECK(desk.counters().refused == 2);
}

TEST_CASE_FIXTURE(fixture, "a listing is answered when all queues have reported, in their order") {
  CHECK(ask(1, "mmi.services") == "survey 1 of all");
  CHECK(begun(1, 2) == "");
  CHECK(report(1, "b") == "");
  CHECK(report(1, "a") == "round [c1.1] of a b");
}

TEST_CASE_FIXTURE(fixture, "reports may come before the word how many there will be") {
  ask(1, "mmi.services");
  CHECK(report(1, "a") == "");
  CHECK(report(1, "b") == "");
  CHECK(begun(1, 2) == "round [c1.1] of a b");
}

TEST_CASE_FIXTURE(fixture, "a broker without services has a list all the same") {
  ask(1, "mmi.services");
  CHECK(begun(1, 0) == "round [c1.1] of");
}

TEST_CASE_FIXTURE(fixture, "what no queue knows is not asked of any") {
  CHECK(ask(1, "mmi.version") == "round [c1.1] of");
  CHECK(desk.next_deadline() == never);
}

TEST_CASE_FIXTURE(fixture, "workers are asked for in detail only if somebody wants them") {
  CHECK(ask(1, "mmi.workers") == "survey 1 of all workers");
}

TEST_CASE_FIXTURE(fixture, "questions during a round are answered together by the next") {
  CHECK(ask(1, "mmi.services") == "survey 1 of all");
  CHECK(ask(2, "mmi.queues") == "");
  CHECK(ask(3, "mmi.stats") == "");
  CHECK(begun(1, 0) == "round [c1.1] of");
  CHECK(desk.next_deadline() == at(10ms));
  CHECK(tick(at(9ms)) == "");
  CHECK(tick(at(10ms)) == "survey 2 of all");
  CHECK(begun(2, 0, at(11ms)) == "round [c1.2 c1.3] of");
}

TEST_CASE_FIXTURE(fixture, "the pause behind a round grows with the number of its reports") {
  ask(1, "mmi.services");
  begun(1, 2);
  report(1, "a");
  report(1, "b");
  CHECK(ask(2, "mmi.services", at(1ms)) == "");
  CHECK(desk.next_deadline() == at(20ms));
  CHECK(ask(3, "mmi.services", at(30ms)) == "survey 2 of all");
}

TEST_CASE_FIXTURE(fixture, "a question whose reports do not all come is answered by what came") {
  ask(1, "mmi.services");
  begun(1, 2);
  report(1, "a");
  CHECK(desk.next_deadline() == at(1s));
  CHECK(tick(at(1s)) == "round [c1.1] of a");
  CHECK(desk.counters().incomplete == 1);
  CHECK(report(1, "b", at(1s)) == ""); // too late
}

TEST_CASE_FIXTURE(fixture, "a service that does not report has no worker for all we know") {
  ask(1, "mmi.service", at(0s), "echo");
  begun(1, 1);
  CHECK(tick(at(1s)) == "reply c1.1: 404");
  CHECK(report(1, "echo", at(1s)) == "");
  CHECK(desk.next_deadline() == never);
}

TEST_CASE_FIXTURE(fixture, "T8 open questions are bounded, and one too many is told so") {
  for (std::uint64_t i = 1; i <= 2; ++i)
    ask(i, "mmi.service", at(0s), "echo");
  for (std::uint64_t i = 3; i <= 4; ++i)
    ask(i, "mmi.services");
  CHECK(ask(5, "mmi.services") == "reply c1.5: 503");
  CHECK(ask(6, "mmi.service", at(0s), "echo") == "reply c1.6: 503");
  CHECK(desk.counters().overloaded == 2);
  CHECK(desk.open_questions() == 4);
}

TEST_CASE("T8 the answers of a round are bounded together, and the first always goes") {
  mmi_answer_room room(1000);
  CHECK(room.take(5000));
  CHECK_FALSE(room.take(1));
  mmi_answer_room other(1000);
  CHECK(other.take(400));
  CHECK(other.take(600));
  CHECK_FALSE(other.take(1));
}

TEST_CASE("a million questions in one turn ask the queues once") {
  mmi_desk desk;
  std::size_t surveys = 0;
  std::size_t replies = 0;
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) {
    desk.ask(id_of(1, i), "mmi.queues", body({""}), at(0s));
    desk.actions().drain([&](const mmi_action& action) {
      surveys += std::holds_alternative<mmi_survey>(action) ? 1 : 0;
      replies += std::holds_alternative<mmi_reply>(action) ? 1 : 0;
    });
  }
  CHECK(surveys == 1);
  CHECK(desk.open_questions() == defaults::mmi_max_questions);
  CHECK(replies == 1'000'000 - defaults::mmi_max_questions);
}
