#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/routing_counters.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/route_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mdp::actors {

/// Carries out what `engine::route_gate` decides for one router (see `interfaces.hpp`). Requests that
/// are not this router's business pass it as they are, and their answers never come here.
class routing_gate_state {
public:
  using handle = routing_gate_actor;
  static constexpr const char* name = "routing_gate";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    job_desk_actor next; ///< What stands behind: another router's gate, or the registry.
    std::vector<std::string> services; ///< Names and patterns it is for; empty: all.
    std::shared_ptr<routing_counters> counters;
  };

  /// What of a gate outlives its actor, so that one that failed is back with all it held. Belongs to
  /// the actor that runs, one after the other.
  struct store {
    store(const engine::route_gate_config& config, std::shared_ptr<engine::broker_budget> budget)
        : engine(config, std::move(budget)) {}

    struct session {
      job_owner_actor actor;
      std::size_t open = 0; ///< Requests it waits for.
    };

    struct levels {
      std::uint64_t undecided = 0;
      std::uint64_t held = 0;
      std::uint64_t replies = 0;
    };

    engine::route_gate engine;
    std::unordered_map<peer_id, session> sessions;
    std::map<sink_id, routed_worker> workers;
    std::map<std::string, std::size_t> staff; ///< How many workers each service has.
    router_actor router;                      ///< Null: there is none just now.
    std::uint64_t router_number = 0;
    job_id in_hand;             ///< The request that is being taken in, and whose it is.
    job_owner_actor in_hand_of; ///< Null: none is.
    std::function<void()> drained;
    bool queues_are_drained = false;
    engine::route_counters counted; ///< What of the engine's counters is in the broker's already.
    levels shown;
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  routing_gate_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                     std::shared_ptr<store> kept)
      : self_(self), around_(std::move(around)), store_(std::move(kept)), engine_(store_->engine) {}

  handle::behavior_type make_behavior();

  [[nodiscard]] std::shared_ptr<succession> line() const { return store_->line; }

private:
  void recover();
  [[nodiscard]] bool is_for_us(const std::string& service) const;
  void on_submit(submit_job& request);
  void on_cancel(const cancel_job& request);
  void on_seated(router_seated& news);
  void on_drain(drain_services& request);
  void on_joined(const worker_joined& news);
  void on_departed(const worker_departed& news);
  void tell_router(routing_event news);
  /// `credit` is that of the message which led to this.
  void carry_out(const loop_credit& credit = {});
  /// The session that waits for `id`, which is one request less from now on if `is_over`.
  [[nodiscard]] job_owner_actor session_of(job_id id, bool is_over);
  void count();
  void report_drained();

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::shared_ptr<store> store_;
  engine::route_gate& engine_;
  deadline_timer timer_;
};

} // namespace mdp::actors
