#pragma once

#include "mdp/engine/route_verdict.hpp"
#include "sim/broker_parts.hpp"

#include <cstdint>
#include <vector>

namespace mdp::sim {

/// A router as bad as may be: it decides anything, holds for a while, sends requests to workers that
/// are not there, fails, and says what it had in mind when its successor is there already. Once all
/// is calm it lets everything pass.
class sim_router {
public:
  explicit sim_router(broker_parts& broker)
      : broker_(broker),
        chance_(broker.chance.split()),
        self_(broker.post.open(this)),
        next_(broker.now) {}

  // -- letters; `number` says which of the routers one after the other they are for ------------------

  void on_request(std::uint64_t number, engine::routed_request request);
  void on_reply(std::uint64_t number, engine::routed_reply reply);
  void on_withdrawn(std::uint64_t number, engine::route_ticket ticket);
  void on_deadline();

  [[nodiscard]] const actor_ref<sim_router>& self() const noexcept { return self_; }
  [[nodiscard]] time_point next_deadline() const noexcept { return next_; }

private:
  struct held_question {
    engine::route_ticket ticket;
    bool is_reply = false;
  };

  [[nodiscard]] engine::request_verdict verdict_about(const engine::routed_request& request);
  [[nodiscard]] engine::give_to_worker any_worker();
  /// True, now and then, if it has failed of what it was told.
  [[nodiscard]] bool fails(engine::route_ticket ticket);
  void decide(engine::route_ticket ticket, engine::request_verdict verdict);
  void decide_reply(engine::route_ticket ticket, engine::reply_verdict verdict);
  void decide_held();

  broker_parts& broker_;
  dice chance_;
  actor_ref<sim_router> self_;
  std::uint64_t number_ = 0; // of the router that lives, or lived last
  bool is_up_ = false;
  std::vector<held_question> held_;
  time_point next_; // when it starts, or decides what it holds
};

} // namespace mdp::sim
