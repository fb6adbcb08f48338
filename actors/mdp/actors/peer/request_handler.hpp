#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/work_function.hpp"

namespace mdp::actors {

/// Runs the user's function on one request after the other (see `interfaces.hpp`). A function that
/// throws answers `mdp-status 500 <what>`; the client gets its one reply in any case.
class request_handler_state {
public:
  using handle = request_handler_actor;
  static constexpr const char* name = "request_handler";
  static constexpr run_on where = run_on::scheduler;

  request_handler_state(handle::pointer self, work_function work)
      : self_(self), work_(std::move(work)) {}

  handle::behavior_type make_behavior();

private:
  void work_on(take_work& request);

  handle::pointer self_;
  work_function work_;
};

} // namespace mdp::actors
