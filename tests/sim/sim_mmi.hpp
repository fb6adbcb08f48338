#pragma once

#include "mdp/engine/mmi_desk.hpp"
#include "sim/broker_parts.hpp"
#include "sim/sim_owner.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace mdp::sim {

/// The simulated `mmi` actor: an mmi_desk with its actions carried out.
class sim_mmi {
public:
  explicit sim_mmi(broker_parts& broker) : broker_(broker), self_(broker.post.open(this)) {}

  // -- letters ------------------------------------------------------------------------------------

  void on_question(const std::string& service, const engine::job& what,
                   const actor_ref<sim_owner>& session);
  void on_survey_begun(std::uint64_t survey, std::size_t reports);
  void on_reported(std::uint64_t survey, engine::service_report report);
  void on_deadline();

  [[nodiscard]] const actor_ref<sim_mmi>& self() const noexcept { return self_; }
  [[nodiscard]] time_point next_deadline() const noexcept { return desk_.next_deadline(); }
  [[nodiscard]] const engine::mmi_desk& desk() const noexcept { return desk_; }

private:
  void carry_out();
  void answer(job_id question, message body);

  broker_parts& broker_;
  engine::mmi_desk desk_;
  actor_ref<sim_mmi> self_;
  std::map<job_id, actor_ref<sim_owner>> sessions_; // of open questions
};

} // namespace mdp::sim
