#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/service_report.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

/// What queues are asked about themselves.
namespace mdp::actors {

struct survey_services {
  std::uint64_t survey = 0;        ///< The asker's number for it; comes back in all answers.
  std::optional<std::string> only; ///< One service, or all.
  bool with_workers = false;       ///< Each worker's details, too.
  mmi_actor report_to;
};

struct survey_begun {
  std::uint64_t survey = 0;
  std::size_t reports = 0; ///< How many queues will report.
};

struct report_service {
  std::uint64_t survey = 0;
  bool with_workers = false;
  mmi_actor report_to;
};

/// Which worker would get `what` if it came now?
struct preview_job {
  std::string service;
  engine::job what;
  /// Called once, or destroyed without a call if the broker ends before; nothing: no worker has room.
  std::function<void(std::optional<engine::worker_report>)> answer;
};

struct service_reported {
  std::uint64_t survey = 0;
  engine::service_report report;
};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::survey_services)
MDP_MESSAGE(mdp::actors::survey_begun)
MDP_MESSAGE(mdp::actors::report_service)
MDP_MESSAGE(mdp::actors::preview_job)
MDP_MESSAGE(mdp::actors::service_reported)
