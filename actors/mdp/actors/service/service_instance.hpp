#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/service/answer_box.hpp"
#include "mdp/actors/service/begun_jobs.hpp"
#include "mdp/actors/service/part_credit.hpp"
#include "mdp/actors/service/service_spec.hpp"
#include "mdp/service/handler_pool.hpp"
#include "mdp/service/request_handler.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mdp::actors {

/// One instance of an in-process service (see `interfaces.hpp`): hands the user's handler one job
/// after the other, on a lane of the service's own threads. So it is quick itself and lives on the
/// loop, whatever the handler does. When it ends, with or without its will, its jobs are void: they
/// cannot be answered any more, and what has not begun never will.
class service_instance_state {
public:
  using handle = service_instance_actor;
  static constexpr const char* name = "service_instance";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<assign_job, hand_over_due>;

  struct surroundings {
    std::string service; ///< For logs.
    request_handler work;
    /// Runs tasks of this instance when their turn has come, and leaves none; false if none will run any more.
    std::function<bool(std::vector<handler_pool::task>&)> run;
    exception_policy on_exception = exception_policy::answer_and_end;
    std::shared_ptr<begun_jobs> begun = std::make_shared<begun_jobs>();
    std::shared_ptr<part_credit> credit = std::make_shared<part_credit>();
    std::function<void(const std::string& what)> log_exception; ///< Thread-safe.
  };

  service_instance_state(handle::pointer self, std::shared_ptr<const surroundings> around);
  ~service_instance_state();
  service_instance_state(const service_instance_state&) = delete;
  service_instance_state& operator=(const service_instance_state&) = delete;

  handle::behavior_type make_behavior();
  void on(assign_job& job);
  void on(hand_over_due);

private:
  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::shared_ptr<answer_box> box_;       // of who gives us jobs at present; null if nobody yet
  std::vector<handler_pool::task> taken_; // to be handed over
};

} // namespace mdp::actors
