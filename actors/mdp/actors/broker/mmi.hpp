#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/engine/mmi.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace mdp::actors {

/// Answers MMI requests (see `interfaces.hpp`): asks the registry, waits for the queues' reports,
/// and lets `engine/mmi` word the answer.
class mmi_state {
public:
  using handle = mmi_actor;
  static constexpr const char* name = "mmi";
  static constexpr run_on where = run_on::loop;

  mmi_state(handle::pointer self, service_registry_actor registry)
      : self_(self), registry_(std::move(registry)) {}

  handle::behavior_type make_behavior();

private:
  /// A question whose reports are still coming in. If a queue ends before it reports, the question
  /// stays open until its deadline, and the client asks again.
  struct open_question {
    client_session_actor session;
    time_point deadline;
    bool is_about_one = false;
    std::optional<std::size_t> missing; // known once the registry has counted
    std::vector<engine::service_summary> reports;
  };

  void on_question(submit_job& question);
  void survey(submit_job& question, std::optional<std::string> only);
  void finish_if_complete(job_id question);
  void answer(const client_session_actor& session, job_id question, message body);
  void forget_expired();

  handle::pointer self_;
  service_registry_actor registry_;
  std::unordered_map<job_id, open_question> open_;
};

} // namespace mdp::actors
