#pragma once

#include "mdp/engine/mmi.hpp"
#include "sim/broker_parts.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mdp::sim {

/// The simulated `mmi` actor: asks the registry, waits for the queues' reports, answers.
class sim_mmi {
public:
  explicit sim_mmi(broker_parts& broker) : broker_(broker), self_(broker.post.open(this)) {}

  // -- letters ------------------------------------------------------------------------------------

  void on_question(const std::string& service, const engine::job& what,
                   const actor_ref<sim_session>& session);
  void on_survey_begun(job_id question, std::size_t reports);
  void on_reported(job_id question, std::size_t workers);

  [[nodiscard]] const actor_ref<sim_mmi>& self() const noexcept { return self_; }

private:
  struct open_question {
    actor_ref<sim_session> session;
    bool is_about_one = false;
    std::optional<std::size_t> expected; // known once the registry has counted
    std::vector<std::size_t> reports;    // workers
  };

  void survey(job_id question, const actor_ref<sim_session>& session,
              std::optional<std::string> only);
  void finish_if_complete(job_id question);
  void answer(job_id question, const actor_ref<sim_session>& session, message body);

  broker_parts& broker_;
  actor_ref<sim_mmi> self_;
  std::map<job_id, open_question> open_;
};

} // namespace mdp::sim
