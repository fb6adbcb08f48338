#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
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

  mmi_state(handle::pointer self, service_registry_actor registry,
            std::shared_ptr<broker_counters> counters,
            std::shared_ptr<engine::dead_letters> dead_letters)
      : self_(self),
        registry_(std::move(registry)),
        counters_(std::move(counters)),
        dead_letters_(std::move(dead_letters)) {}

  handle::behavior_type make_behavior();

private:
  void carry_out();
  void answer_all(const engine::mmi_round& round);
  [[nodiscard]] std::string document_of(engine::mmi_listing wanted,
                                        const engine::mmi_round& round) const;
  void answer(job_id question, message body);
  void count();

  handle::pointer self_;
  service_registry_actor registry_;
  std::shared_ptr<broker_counters> counters_;
  std::shared_ptr<engine::dead_letters> dead_letters_; // ours while we run; outlives us
  engine::mmi_desk desk_;
  engine::mmi_counters counted_; // what of the desk's counters is in the broker's already
  std::unordered_map<job_id, client_session_actor> sessions_; // of open questions
  deadline_timer timer_;
};

} // namespace mdp::actors
