#include "mdp/engine/mmi_desk.hpp"

#include "mdp/overload.hpp"

#include <algorithm>
#include <utility>

namespace mdp::engine {

namespace {

bool needs_queues(mmi_listing wanted) noexcept {
  return wanted == mmi_listing::services || wanted == mmi_listing::workers ||
         wanted == mmi_listing::queues;
}

} // namespace

void mmi_desk::ask(job_id question, std::string_view service, const message& body, time_point now) {
  ++counters_.asked;
  auto wanted = read_mmi(service, body);
  std::visit(overload{
               [&](mmi_answer& ready) {
                 ++counters_.refused;
                 actions_.push(mmi_reply{question, std::move(ready.body)});
               },
               [&](mmi_count_workers& one) {
                 if (!admit(question))
                   return;
                 singles_.emplace(++last_survey_, single{question, now + config_.patience});
                 actions_.push(mmi_survey{last_survey_, std::move(one.service), false});
               },
               [&](mmi_listing listing) {
                 if (!admit(question))
                   return;
                 waiting_.push_back({question, listing});
                 begin_round(now);
               },
             },
             wanted);
}

void mmi_desk::on_survey_begun(std::uint64_t survey, std::size_t reports, time_point now) {
  if (const auto entry = singles_.find(survey); entry != singles_.end()) {
    if (reports == 0)
      finish_single(entry, 0);
  } else if (round_ && round_->survey == survey) {
    round_->expected = reports;
    if (round_->result.reports.size() >= reports)
      finish_round(now);
  }
}

void mmi_desk::on_report(std::uint64_t survey, service_report report, time_point now) {
  if (const auto entry = singles_.find(survey); entry != singles_.end()) {
    finish_single(entry, report.workers);
  } else if (round_ && round_->survey == survey) {
    auto& reports = round_->result.reports;
    reports.push_back(std::move(report));
    if (round_->expected && reports.size() >= *round_->expected)
      finish_round(now);
  }
}

void mmi_desk::tick(time_point now) {
  while (!singles_.empty() && singles_.begin()->second.deadline <= now) {
    ++counters_.incomplete;
    finish_single(singles_.begin(), 0);
  }
  if (round_ && round_->deadline <= now) {
    counters_.incomplete += round_->result.questions.size();
    finish_round(now);
  }
  begin_round(now);
}

time_point mmi_desk::next_deadline() const noexcept {
  auto due = singles_.empty() ? never : singles_.begin()->second.deadline;
  if (round_)
    due = std::min(due, round_->deadline);
  else if (!waiting_.empty())
    due = std::min(due, next_round_);
  return due;
}

std::size_t mmi_desk::open_questions() const noexcept {
  return singles_.size() + waiting_.size() + (round_ ? round_->result.questions.size() : 0);
}

bool mmi_desk::admit(job_id question) {
  if (open_questions() < config_.max_questions)
    return true;
  ++counters_.overloaded;
  actions_.push(mmi_reply{question, answer_mmi_overload()});
  return false;
}

void mmi_desk::begin_round(time_point now) {
  if (round_ || waiting_.empty() || now < next_round_)
    return;
  auto& begun = round_.emplace();
  begun.survey = ++last_survey_;
  begun.deadline = now + config_.patience;
  begun.result.questions = std::exchange(waiting_, {});
  const auto asks_for = [&](const auto& listing) {
    return std::ranges::any_of(begun.result.questions, listing, &mmi_round::question::wanted);
  };
  if (!asks_for(needs_queues))
    return finish_round(now);
  const bool with_workers = asks_for([](auto each) { return each == mmi_listing::workers; });
  actions_.push(mmi_survey{begun.survey, std::nullopt, with_workers});
}

void mmi_desk::finish_round(time_point now) {
  auto done = std::move(round_->result);
  round_.reset();
  std::ranges::sort(done.reports, {}, &service_report::service);
  auto cost = done.reports.size();
  for (const auto& report : done.reports)
    cost += report.details.size();
  next_round_ = now + config_.pause + config_.pause_per_report * cost;
  actions_.push(std::move(done));
  begin_round(now);
}

void mmi_desk::finish_single(std::map<std::uint64_t, single>::iterator entry, std::size_t workers) {
  actions_.push(mmi_reply{entry->second.question, answer_mmi_service(workers)});
  singles_.erase(entry);
}

} // namespace mdp::engine
