#include "mdp/actors/broker/mmi.hpp"

#include "mdp/actors/broker/mmi_json.hpp"
#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/overload.hpp"

#include <map>
#include <utility>

namespace mdp::actors {

mmi_actor::behavior_type mmi_state::make_behavior() {
  carry_out(); // what a predecessor has left
  return {
    [this](stop) { end_normally(self_); },
    [this](submit_job& question) {
      const auto id = question.what.id;
      store_->sessions[id] = std::move(question.session);
      desk_.ask(id, question.service, question.what.body, now_of(self_));
      carry_out();
    },
    [this](const survey_begun& news) {
      desk_.on_survey_begun(news.survey, news.reports, now_of(self_));
      carry_out();
    },
    [this](service_reported& news) {
      desk_.on_report(news.survey, std::move(news.report), now_of(self_));
      carry_out();
    },
    [this](const job_died& news) {
      around_->dead_letters->keep(news.service, news.what, news.attempts, now_of(self_));
    },
    [this](deadline_due) {
      timer_.fired();
      desk_.tick(now_of(self_));
      carry_out();
    },
  };
}

void mmi_state::carry_out() {
  desk_.actions().drain([this](engine::mmi_action&& action) {
    std::visit(overload{
                 [&](engine::mmi_reply& reply) { answer(reply.question, std::move(reply.body)); },
                 [&](engine::mmi_survey& survey) {
                   tell(self_, around_->registry,
                        survey_services{survey.survey, std::move(survey.only), survey.with_workers,
                                        handle{self_}});
                 },
                 [&](const engine::mmi_round& round) { answer_all(round); },
               },
               action);
  });
  count();
  timer_.arm(self_, handle{self_}, desk_.next_deadline());
}

void mmi_state::answer_all(const engine::mmi_round& round) {
  std::map<engine::mmi_listing, message> bodies; // each is written once, and shared
  engine::mmi_answer_room room;
  for (const auto& question : round.questions) {
    auto& body = bodies[question.wanted];
    if (body.empty())
      body = engine::answer_mmi_listing(document_of(question.wanted, round));
    if (room.take(body.byte_count())) {
      answer(question.id, body);
    } else {
      around_->counters->mmi_overloaded.add();
      answer(question.id, engine::answer_mmi_overload());
    }
  }
}

std::string mmi_state::document_of(engine::mmi_listing wanted,
                                   const engine::mmi_round& round) const {
  switch (wanted) {
  case engine::mmi_listing::services:
    return services_json(round.reports);
  case engine::mmi_listing::workers:
    return workers_json(round.reports);
  case engine::mmi_listing::queues:
    return queues_json(round.reports);
  case engine::mmi_listing::stats:
    return stats_json(*around_->counters, now_of(self_));
  case engine::mmi_listing::version:
    return version_json();
  case engine::mmi_listing::dead_letters:
    return dead_letters_json(*around_->dead_letters, now_of(self_));
  case engine::mmi_listing::tree:
    return around_->tree ? tree_json(around_->tree->report()) : "null";
  }
  return {};
}

void mmi_state::answer(job_id question, message body) {
  const auto entry = store_->sessions.find(question);
  if (entry == store_->sessions.end())
    return;
  tell(self_, entry->second, answer_arrived{question, 1, true, std::move(body)});
  store_->sessions.erase(entry);
}

void mmi_state::count() {
  const auto& now = desk_.counters();
  around_->counters->mmi_questions.add(now.asked - store_->counted.asked);
  around_->counters->mmi_refused.add(now.refused - store_->counted.refused);
  around_->counters->mmi_overloaded.add(now.overloaded - store_->counted.overloaded);
  around_->counters->mmi_incomplete.add(now.incomplete - store_->counted.incomplete);
  store_->counted = now;
}

} // namespace mdp::actors
