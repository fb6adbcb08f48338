#include "sim/sim_mmi.hpp"

#include "mdp/overload.hpp"
#include "sim/sim_registry.hpp"
#include "sim/sim_session.hpp"

#include <utility>
#include <variant>

namespace mdp::sim {

void sim_mmi::on_question(const std::string& service, const engine::job& what,
                          const actor_ref<sim_session>& session) {
  auto wanted = engine::read_mmi(service, what.body);
  std::visit(
    overload{
      [&](engine::mmi_answer& ready) { answer(what.id, session, std::move(ready.body)); },
      [&](engine::mmi_count_workers& one) { survey(what.id, session, std::move(one.service)); },
      [&](engine::mmi_listing) { survey(what.id, session, std::nullopt); },
    },
    wanted);
}

void sim_mmi::on_survey_begun(job_id question, std::size_t reports) {
  open_.at(question).expected = reports;
  finish_if_complete(question);
}

void sim_mmi::on_reported(job_id question, std::size_t workers) {
  open_.at(question).reports.push_back(workers);
  finish_if_complete(question);
}

void sim_mmi::survey(job_id question, const actor_ref<sim_session>& session,
                     std::optional<std::string> only) {
  open_[question] = {session, only.has_value(), std::nullopt, {}};
  broker_.post.tell(broker_.registry, [question, only = std::move(only)](sim_registry& registry) {
    registry.on_survey(question, only);
  });
}

void sim_mmi::finish_if_complete(job_id question) {
  const auto& asked = open_.at(question);
  if (asked.expected != asked.reports.size())
    return;
  const auto workers = asked.reports.empty() ? 0 : asked.reports.front();
  answer(question, asked.session,
         asked.is_about_one
           ? engine::answer_mmi_service(workers)
           : engine::answer_mmi_listing(std::to_string(asked.reports.size()) + " services"));
  open_.erase(question);
}

void sim_mmi::answer(job_id question, const actor_ref<sim_session>& session, message body) {
  broker_.post.tell(session, [question, body = std::move(body)](sim_session& s) mutable {
    s.on_answer(question, 1, true, std::move(body));
  });
}

} // namespace mdp::sim
