#pragma once

#include "mdp/actors/broker/service_queue.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing/routing_branch.hpp"
#include "mdp/actors/supervision/supervision_tree.hpp"
#include "mdp/engine/dead_letter_office.hpp"
#include "mdp/engine/dead_letters.hpp"
#include "mdp/engine/service_catalog.hpp"
#include "mdp/engine/service_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace mdp::actors {

/// Where service names lead (see `interfaces.hpp`). What to do with a name decides
/// `engine::service_catalog`, with a request that died `engine::dead_letter_office`; this starts the
/// queues and passes messages on.
class service_registry_state {
public:
  using handle = service_registry_actor;
  static constexpr const char* name = "service_registry";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<submit_job>;

  struct surroundings {
    supervisor_actor queues; ///< Adopts the queues.
    /// Lets peers in, once it is known where their registrations and requests go.
    std::function<void(service_registry_actor, job_desk_actor)> serve;
    /// Starts what stands in front of this registry; null: nothing does.
    std::function<routing_branch::desks(caf::local_actor&, const service_registry_actor&)>
      open_routing;
    std::shared_ptr<broker_counters> counters;
    engine::queue_config queue; ///< Where no rule says otherwise.
    std::shared_ptr<const engine::service_rules> rules;
    std::shared_ptr<engine::broker_budget> budget;
    std::shared_ptr<engine::dead_letters> dead_letters;
    std::shared_ptr<const tree_node> tree; ///< Null: MMI shows none.
    duration linger = defaults::service_linger;
  };

  /// What of the registry outlives its actor: all queues stay known. Belongs to the actor that runs,
  /// one after the other.
  struct store {
    store(std::size_t max_services, std::shared_ptr<const engine::service_rules> rules,
          bool patterns, std::string dead_letter_service)
        : catalog(max_services, std::move(rules), patterns),
          dead_office(std::move(dead_letter_service)) {}

    engine::service_catalog<service_queue_actor> catalog;
    mmi_actor mmi; ///< Null until the first registry has started it.
    std::shared_ptr<service_queue_state::surroundings> for_queues;
    std::function<void()> drained;
    engine::dead_letter_office dead_office;
    std::size_t draining = 0;
    bool is_draining = false;
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  service_registry_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                         std::shared_ptr<store> kept);

  handle::behavior_type make_behavior();
  void on(submit_job& request);

  [[nodiscard]] std::shared_ptr<succession> line() const { return store_->line; }

private:
  void open();
  using catalog = engine::service_catalog<service_queue_actor>;

  /// The queue that was `found` for `service`, started if there is none; null if there may be no
  /// more.
  [[nodiscard]] service_queue_actor queue_at(const catalog::answer& found,
                                             const std::string& service);
  [[nodiscard]] service_queue_actor start_queue(const std::string& service);
  void on_pinned(submit_pinned_job& request);
  void refuse_registration(const register_sink& request);
  void on_idle(const queue_idle& news);
  void on_death(job_died& news);
  void on_survey(const survey_services& question);
  void on_drain(drain_services& request);
  void finish_drain();

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::shared_ptr<store> store_;
  catalog& catalog_;
};

} // namespace mdp::actors
