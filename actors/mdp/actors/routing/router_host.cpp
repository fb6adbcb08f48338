#include "mdp/actors/routing/router_host.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/routing/actor_router.hpp"
#include "mdp/overload.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>
#include <variant>

namespace mdp::actors {

namespace {

router::worker shown(const routed_worker& who) {
  return {who.service, who.routing_id, who.capacity};
}

void tell_router(router& work, const routing_event& news) {
  std::visit(
    overload{
      [&](const routing_event::joined& each) { work.on_worker_joined(shown(each.worker)); },
      [&](const routing_event::left& each) { work.on_worker_left(shown(each.worker)); },
      [&](const routing_event::lost& each) { work.on_worker_lost(shown(each.worker), each.why); },
      [&](const routing_event::appeared& each) { work.on_service_appeared(each.service); },
      [&](const routing_event::emptied& each) { work.on_service_emptied(each.service); },
    },
    news.what);
}

routing_desk desk_at(const std::shared_ptr<router_seat>& seat) {
  return routing_desk({
    [seat](route_ticket ticket, request_verdict verdict) {
      if (const auto gate = seat->gate())
        post(gate, request_decided{ticket, std::move(verdict)});
    },
    [seat](route_ticket ticket, reply_verdict verdict) {
      if (const auto gate = seat->gate())
        post(gate, reply_decided{ticket, std::move(verdict)});
    },
  });
}

} // namespace

router_actor::behavior_type router_host_state::make_behavior() {
  return {
    [this](stop) { end_normally(self_); },
    [this](router_accepted& news) { gate_ = std::move(news.gate); },
    [this](const route_request& question) {
      guarded([&] {
        tell(self_, gate_, request_decided{question.what.ticket, work_->on_request(question.what)});
      });
    },
    [this](const route_reply& question) {
      guarded([&] {
        tell(self_, gate_, reply_decided{question.what.ticket, work_->on_reply(question.what)});
      });
    },
    [this](const route_withdrawn& news) { guarded([&] { work_->on_withdrawn(news.ticket); }); },
    [this](const routing_event& news) { guarded([&] { tell_router(*work_, news); }); },
  };
}

template <class Work>
void router_host_state::guarded(Work work) {
  try {
    return work();
  } catch (const std::exception& error) {
    spdlog::error("router {} threw: {}", name_, error.what()); // it pauses before the next time
  } catch (...) {
    spdlog::error("router {} threw something that is no std::exception", name_);
  }
  end_failed(self_);
}

router_actor start_router(caf::local_actor& parent, const router_spec& spec,
                          const std::shared_ptr<router_seat>& seat) {
  const auto router =
    spec.work.actors()
      ? spec.work.actors()->start(parent)
      : spawn_state<router_host_state>(parent, spec.name, spec.work.make(desk_at(seat)));
  seat->take(router);
  return router;
}

} // namespace mdp::actors
