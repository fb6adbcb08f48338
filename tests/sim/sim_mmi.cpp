#include "sim/sim_mmi.hpp"

#include "mdp/overload.hpp"
#include "sim/sim_registry.hpp"

#include <utility>
#include <variant>

namespace mdp::sim {

void sim_mmi::on_question(const std::string& service, const engine::job& what,
                          const actor_ref<sim_owner>& session) {
  sessions_[what.id] = session;
  desk_.ask(what.id, service, what.body, broker_.now);
  carry_out();
}

void sim_mmi::on_survey_begun(std::uint64_t survey, std::size_t reports) {
  desk_.on_survey_begun(survey, reports, broker_.now);
  carry_out();
}

void sim_mmi::on_reported(std::uint64_t survey, engine::service_report report) {
  desk_.on_report(survey, std::move(report), broker_.now);
  carry_out();
}

void sim_mmi::on_deadline() {
  desk_.tick(broker_.now);
  carry_out();
}

void sim_mmi::carry_out() {
  desk_.actions().drain([this](engine::mmi_action&& action) {
    std::visit(
      overload{
        [&](engine::mmi_reply& reply) { answer(reply.question, std::move(reply.body)); },
        [&](engine::mmi_survey& survey) {
          broker_.post.tell(broker_.registry, [survey = std::move(survey)](sim_registry& registry) {
            registry.on_survey(survey.survey, survey.only);
          });
        },
        [&](const engine::mmi_round& round) {
          for (const auto& question : round.questions)
            answer(question.id,
                   engine::answer_mmi_listing(R"({"extensions":["capacity","envelope"]})"));
        },
      },
      action);
  });
}

void sim_mmi::answer(job_id question, message body) {
  broker_.post.tell(sessions_.at(question),
                    [question, body = std::move(body)](sim_owner& session) mutable {
                      session.on_answer(question, 1, true, std::move(body));
                    });
  sessions_.erase(question);
}

} // namespace mdp::sim
