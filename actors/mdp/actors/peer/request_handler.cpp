#include "mdp/actors/peer/request_handler.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <string>
#include <utility>

namespace mdp::actors {

request_handler_actor::behavior_type request_handler_state::make_behavior() {
  return {
    [this](stop) { end_normally(self_); },
    [this](take_work& request) { work_on(request); },
  };
}

void request_handler_state::work_on(take_work& request) {
  const auto send_part = [&](message part) {
    tell(self_, request.answer_to, work_answered{request.number, false, std::move(part)});
  };
  message reply;
  try {
    reply = work_(std::move(request.body), send_part);
  } catch (const std::exception& reason) {
    spdlog::error("the request handler threw: {}", reason.what());
    reply = {frame(std::string("mdp-status 500 ") + reason.what())};
  }
  tell(self_, request.answer_to, work_answered{request.number, true, std::move(reply)});
}

} // namespace mdp::actors
