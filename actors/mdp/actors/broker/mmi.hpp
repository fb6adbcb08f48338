#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/supervision_tree.hpp"
#include "mdp/engine/dead_letters.hpp"
#include "mdp/engine/mmi_desk.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace mdp::actors {

/// Answers MMI requests (see `interfaces.hpp`): `engine::mmi_desk` says when which queues are asked,
/// `mmi_json` words what they report.
class mmi_state {
public:
  using handle = mmi_actor;
  static constexpr const char* name = "mmi";
  static constexpr run_on where = run_on::loop;

  struct surroundings {
    service_registry_actor registry;
    std::shared_ptr<broker_counters> counters;
    std::shared_ptr<engine::dead_letters> dead_letters; ///< MMI's while it runs; outlives it.
    std::shared_ptr<const tree_node> tree;              ///< Null: there is none to show.
  };

  /// What of MMI outlives its actor. Belongs to the actor that runs, one after the other.
  struct store {
    engine::mmi_desk desk;
    engine::mmi_counters counted; ///< What of the desk's counters is in the broker's already.
    std::unordered_map<job_id, job_owner_actor> sessions; ///< Of open questions.
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  mmi_state(handle::pointer self, std::shared_ptr<const surroundings> around,
            std::shared_ptr<store> kept)
      : self_(self), around_(std::move(around)), store_(std::move(kept)), desk_(store_->desk) {}

  handle::behavior_type make_behavior();

  [[nodiscard]] std::shared_ptr<succession> line() const { return store_->line; }

private:
  void carry_out();
  void answer_all(const engine::mmi_round& round);
  [[nodiscard]] std::string document_of(engine::mmi_listing wanted,
                                        const engine::mmi_round& round) const;
  void answer(job_id question, message body);
  void count();

  handle::pointer self_;
  std::shared_ptr<const surroundings> around_;
  std::shared_ptr<store> store_;
  engine::mmi_desk& desk_;
  deadline_timer timer_;
};

} // namespace mdp::actors
