#pragma once

#include "mdp/conformance/check.hpp"
#include "mdp/conformance/worker_stage.hpp"

/// What a worker is asked, a list for each theme.
namespace mdp::conformance {

[[nodiscard]] checks<worker_stage> conversation_checks();
[[nodiscard]] checks<worker_stage> worker_heartbeat_checks();
[[nodiscard]] checks<worker_stage> worker_hostile_checks();

/// All of them. What may end a broken worker comes last.
[[nodiscard]] checks<worker_stage> all_worker_checks();

} // namespace mdp::conformance
