#include "mdp/actors/broker/mmi.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/overload.hpp"

#include <algorithm>
#include <utility>

namespace mdp::actors {

mmi_actor::behavior_type mmi_state::make_behavior() {
  return {
    [this](stop) { end_normally(self_); },
    [this](submit_job& question) { on_question(question); },
    [this](const survey_begun& news) {
      if (const auto entry = open_.find(news.question); entry != open_.end()) {
        // Reports and the count come from different actors, in any order.
        entry->second.missing = news.reports - entry->second.reports.size();
        finish_if_complete(news.question);
      }
    },
    [this](workers_reported& news) {
      if (const auto entry = open_.find(news.question); entry != open_.end()) {
        entry->second.reports.push_back({std::move(news.service), news.workers});
        if (entry->second.missing)
          --*entry->second.missing;
        finish_if_complete(news.question);
      }
    },
  };
}

void mmi_state::on_question(submit_job& question) {
  auto wanted = engine::read_mmi(question.service, question.what.body);
  std::visit(overload{
               [&](engine::mmi_answer& ready) {
                 answer(question.session, question.what.id, std::move(ready.body));
               },
               [&](engine::mmi_count_workers& one) { survey(question, std::move(one.service)); },
               [&](const engine::mmi_list_services&) { survey(question, std::nullopt); },
             },
             wanted);
}

void mmi_state::survey(submit_job& question, std::optional<std::string> only) {
  forget_expired();
  open_.emplace(
    question.what.id,
    open_question{
      std::move(question.session), question.what.deadline, only.has_value(), std::nullopt, {}});
  tell(self_, registry_, survey_services{question.what.id, std::move(only), handle{self_}});
}

void mmi_state::finish_if_complete(job_id question) {
  const auto entry = open_.find(question);
  auto& asked = entry->second;
  if (asked.missing != 0)
    return;
  if (asked.is_about_one) {
    answer(asked.session, question,
           engine::answer_mmi_service(asked.reports.empty() ? 0 : asked.reports.front().workers));
  } else {
    std::ranges::sort(asked.reports, {}, &engine::service_summary::service);
    answer(asked.session, question, engine::answer_mmi_services(asked.reports));
  }
  open_.erase(entry);
}

void mmi_state::answer(const client_session_actor& session, job_id question, message body) {
  tell(self_, session, answer_arrived{question, 1, true, std::move(body)});
}

void mmi_state::forget_expired() {
  const auto now = now_of(self_);
  std::erase_if(open_, [now](const auto& entry) { return entry.second.deadline <= now; });
}

} // namespace mdp::actors
