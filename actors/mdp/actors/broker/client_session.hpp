#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/engine/client_link.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace mdp::actors {

/// Carries out what `engine::client_link` decides for one client (see `interfaces.hpp`).
class client_session_state {
public:
  using handle = client_session_actor;
  static constexpr const char* name = "client_session";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<request_arrived, answer_arrived>;

  /// What of a session outlives its actor, so that one that failed is back with all open requests.
  /// Belongs to the actor that runs, one after the other.
  struct store {
    store(const engine::client_link_config& config, const new_peer& who,
          std::shared_ptr<engine::broker_budget> budget,
          std::shared_ptr<engine::user_access> access)
        : id(who.id),
          link(config, id, who.routing_id, who.since, std::move(budget), who.user,
               std::move(access)),
          outlet(who.outlet) {}

    const peer_id id;
    engine::client_link link;
    const std::shared_ptr<peer_outlet> outlet;
    std::uint64_t superfluous_counted = 0; ///< What of its answers is in the broker's counter.
    std::optional<job_id> answer_in_hand;  ///< Of the message that is being worked on.
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  struct surroundings {
    io_actor io;
    job_desk_actor desk; ///< The registry, or what stands in front of it.
    std::shared_ptr<broker_counters> counters;
    engine::client_link_config config;
    std::shared_ptr<engine::broker_budget> budget;
  };

  client_session_state(handle::pointer self, std::shared_ptr<const surroundings> around,
                       std::shared_ptr<store> kept);

  handle::behavior_type make_behavior();
  void on(request_arrived& news);
  void on(answer_arrived& news);

  [[nodiscard]] std::shared_ptr<succession> line() const { return store_->line; }

private:
  void recover();
  /// Does what the engine has decided since the last time.
  void carry_out();

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  counted_in counted_;
  std::shared_ptr<store> store_;
  engine::client_link& link_;
  deadline_timer timer_;
};

} // namespace mdp::actors
