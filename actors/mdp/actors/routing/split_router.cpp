#include "mdp/actors/routing/split_router.hpp"

#include "mdp/engine/service_pattern.hpp"

#include <algorithm>
#include <utility>

namespace mdp::actors {

split_router::split_router(std::vector<branch> branches) : branches_(std::move(branches)) {
  std::erase_if(branches_, [](const branch& each) { return each.to == nullptr; });
}

template <class Question>
router* split_router::find(const Question& question) const {
  const auto found = std::ranges::find_if(branches_, [&](const branch& each) {
    return engine::covers(each.service, question.service) &&
           engine::covers(each.client, question.client.text()) &&
           engine::covers(each.user, question.user);
  });
  return found == branches_.end() ? nullptr : found->to.get();
}

request_verdict split_router::on_request(const routed_request& request) {
  auto* const to = find(request);
  return to == nullptr ? request_verdict(forward_on{}) : to->on_request(request);
}

reply_verdict split_router::on_reply(const routed_reply& reply) {
  auto* const to = find(reply);
  return to == nullptr ? reply_verdict(forward_on{}) : to->on_reply(reply);
}

void split_router::on_withdrawn(route_ticket ticket) {
  for (const auto& each : branches_)
    each.to->on_withdrawn(ticket);
}

void split_router::on_worker_joined(const worker& who) {
  for (const auto& each : branches_)
    each.to->on_worker_joined(who);
}

void split_router::on_worker_left(const worker& who) {
  for (const auto& each : branches_)
    each.to->on_worker_left(who);
}

void split_router::on_worker_lost(const worker& who, std::string_view why) {
  for (const auto& each : branches_)
    each.to->on_worker_lost(who, why);
}

void split_router::on_service_appeared(const std::string& service) {
  for (const auto& each : branches_)
    each.to->on_service_appeared(service);
}

void split_router::on_service_emptied(const std::string& service) {
  for (const auto& each : branches_)
    each.to->on_service_emptied(service);
}

} // namespace mdp::actors
