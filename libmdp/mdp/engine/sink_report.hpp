#pragma once

#include "mdp/engine/service_report.hpp"
#include "mdp/engine/sink_table.hpp"

#include <optional>
#include <vector>

/// Who would get the next job, and why: what `dispatch_policy` decides, put into words.
namespace mdp::engine {

/// All sinks: those with room first, in the order in which they would be chosen.
[[nodiscard]] std::vector<worker_report> report_sinks(const sink_table& sinks);

/// The sink that would get `what` now; nothing if all are full.
[[nodiscard]] std::optional<worker_report> next_sink(const sink_table& sinks, const job& what);

} // namespace mdp::engine
