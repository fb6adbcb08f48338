#pragma once

#include "mdp/conformance/broker_stage.hpp"
#include "mdp/conformance/check.hpp"

/// What a broker is asked, a list for each theme.
namespace mdp::conformance {

[[nodiscard]] checks<broker_stage> client_checks();
[[nodiscard]] checks<broker_stage> worker_frames_checks();
[[nodiscard]] checks<broker_stage> heartbeat_checks();
[[nodiscard]] checks<broker_stage> loss_checks();
[[nodiscard]] checks<broker_stage> mmi_checks();
[[nodiscard]] checks<broker_stage> lifecycle_checks();
[[nodiscard]] checks<broker_stage> dropped_checks();
[[nodiscard]] checks<broker_stage> hostile_checks();

/// All of them, the friendly first: what may end a broken broker comes last.
[[nodiscard]] checks<broker_stage> all_broker_checks();

} // namespace mdp::conformance
