#pragma once

#include "mdp/actors/broker/service_queue.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/engine/dead_letters.hpp"
#include "mdp/engine/service_catalog.hpp"
#include "mdp/engine/service_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace mdp::actors {

/// Where service names lead (see `interfaces.hpp`). What to do with a name decides
/// `engine::service_catalog`; this starts the queues and passes messages on.
class service_registry_state {
public:
  using handle = service_registry_actor;
  static constexpr const char* name = "service_registry";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    supervisor_actor queues; ///< Adopts the queues.
    io_actor io;
    /// The sessions' and connections' openers, once this registry is known.
    std::function<serve_peers(service_registry_actor)> openers;
    std::shared_ptr<broker_counters> counters;
    engine::queue_config queue; ///< Where no rule says otherwise.
    std::shared_ptr<const engine::service_rules> rules;
    std::shared_ptr<engine::broker_budget> budget;
    std::shared_ptr<engine::dead_letters> dead_letters;
    std::string dead_letter_service; ///< Empty: there is none.
    std::size_t max_services = defaults::max_services;
    duration linger = defaults::service_linger;
  };

  service_registry_state(handle::pointer self, std::shared_ptr<const surroundings> around);

  handle::behavior_type make_behavior();

private:
  /// The queue of `service`, started if there is none; null if there may be no more.
  [[nodiscard]] service_queue_actor queue_of(const std::string& service);
  [[nodiscard]] service_queue_actor start_queue(const std::string& service);
  void on_submit(submit_job& request);
  void refuse_registration(const register_sink& request);
  void on_idle(const queue_idle& news);
  void on_death(job_died& news);
  void on_survey(const survey_services& question);
  void on_drain(drain_services& request);
  void finish_drain();

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  engine::service_catalog<service_queue_actor> catalog_;
  mmi_actor mmi_;
  std::shared_ptr<service_queue_state::surroundings> for_queues_;
  std::function<void()> drained_;
  std::uint64_t own_requests_ = 0; // submitted by the broker itself
  std::size_t draining_ = 0;
  bool is_draining_ = false;
};

} // namespace mdp::actors
