#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/actors/supervision/supervision_tree.hpp"
#include "mdp/engine/dead_letters.hpp"
#include "mdp/engine/service_report.hpp"
#include "mdp/time.hpp"

#include <span>
#include <string>

/// The JSON documents that answer MMI listings. What is in them says `docs/protocol.md`; members may
/// be added, but none goes. Names are printable ASCII, routing ids hexadecimal, so whatever peers
/// are called, the document is valid.
namespace mdp::actors {

/// `mmi.services`: an array, one object a service.
[[nodiscard]] std::string services_json(std::span<const engine::service_report> services);

/// `mmi.workers`: an array, one object a worker.
[[nodiscard]] std::string workers_json(std::span<const engine::service_report> services);

/// `mmi.queues`: an array, one object a service.
[[nodiscard]] std::string queues_json(std::span<const engine::service_report> services);

/// `mmi.stats`: an object with a member for each metric of `metric_names.hpp`: a number, or an
/// object with a number for each reason.
[[nodiscard]] std::string stats_json(const broker_counters& counters, time_point now);

/// `mmi.version`: an object.
[[nodiscard]] std::string version_json();

/// `mmi.dead_letters`: an array, one object a request, the latest first.
[[nodiscard]] std::string dead_letters_json(const engine::dead_letters& dead, time_point now);

/// `mmi.tree`: an object, the root, with its children in it.
[[nodiscard]] std::string tree_json(const tree_report& tree);

} // namespace mdp::actors
