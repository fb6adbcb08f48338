#include "mdp/actors/routing/route_desk.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/engine/mmi.hpp"

#include <string>
#include <utility>

namespace mdp::actors {

route_desk_actor::behavior_type route_desk_state::make_behavior() {
  return {
    [this](stop) { end_normally(self_); },
    [this](submit_job& request) { on_submit(request); },
    [this](submit_pinned_job& request) { tell(self_, around_->next, std::move(request)); },
    [this](cancel_job& request) {
      around_->rules->for_each_target(request.service, [&](const std::string& service) {
        tell(self_, around_->next, cancel_job{service, request.id});
      });
      tell(self_, around_->next, std::move(request));
    },
    [this](drain_services& request) { tell(self_, around_->next, std::move(request)); },
    [this](const answer_arrived& news) {
      if (news.is_final)
        around_->counters->mirror_answers.add();
    },
    [this](const job_refused& news) { around_->counters->mirrors_refused.add(news.reason); },
    [this](const job_returned&) {}, // nothing of ours is meant for one worker
  };
}

void route_desk_state::on_submit(submit_job& request) {
  const auto* const rule = engine::is_reserved_service(request.service)
                             ? nullptr
                             : around_->rules->find(request.service, request.what);
  if (rule == nullptr)
    return tell(self_, around_->next, std::move(request));
  auto& counters = *around_->counters;
  if (!rule->discard.empty()) {
    counters.discarded.add(rule->discard);
    counters.discarded_by_rule.add();
    return tell(self_, request.session, job_refused{request.what.id, engine::refusal::discarded});
  }
  if (!rule->mirror.empty())
    mirror(rule->mirror, request.what);
  if (!rule->to.empty() && rule->to != request.service) {
    counters.renamed_by_rule.add();
    request.service = rule->to;
  }
  tell(self_, around_->next, std::move(request));
}

void route_desk_state::mirror(const std::string& service, engine::job what) {
  around_->counters->mirrored.add();
  what.id = {engine::mirror_client, ++store_->mirrored};
  what.urgency =
    engine::priority::low; // it must not be in the way of requests that somebody waits for
  tell(self_, around_->next, submit_job{service, std::move(what), job_owner_actor{handle{self_}}});
}

} // namespace mdp::actors
