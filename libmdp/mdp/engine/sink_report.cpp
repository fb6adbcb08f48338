#include "mdp/engine/sink_report.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace mdp::engine {

namespace {

/// What decides between sinks with equally many jobs.
std::string_view among_equals(dispatch policy) noexcept {
  switch (policy) {
  case dispatch::round_robin:
    return "its turn came";
  case dispatch::random:
    return "by chance";
  case dispatch::fewest_in_flight:
    return "here for longest";
  case dispatch::least_recently_used:
  case dispatch::least_loaded:
  case dispatch::sticky:
    break;
  }
  return "unused for longest";
}

std::string reason_for(dispatch policy, const sink_state& state) {
  if (!state.has_room())
    return "full";
  if (policy == dispatch::least_loaded)
    return (state.load ? "load " : "load never reported, taken as ") +
           std::to_string(dispatch_policy::corrected_load(state)) + " with what it was given since";
  return std::to_string(state.in_flight) + " in flight; among equals " +
         std::string(among_equals(policy));
}

worker_report report_of(const sink_table& sinks, sink_id sink, const sink_state& state) {
  worker_report report;
  report.sink = sink;
  report.capacity = state.capacity;
  report.in_flight = state.in_flight;
  report.load = state.load;
  report.why = reason_for(sinks.policy().config().policy, state);
  return report;
}

} // namespace

std::vector<worker_report> report_sinks(const sink_table& sinks) {
  const auto policy = sinks.policy().config().policy;
  std::vector<worker_report> all;
  sinks.for_each_with_room([&](sink_id sink, const sink_state& state) {
    auto report = report_of(sinks, sink, state);
    report.place = all.size() + 1;
    if (policy == dispatch::random && !all.empty() && all.back().in_flight == state.in_flight)
      report.place = all.back().place;
    if (policy == dispatch::sticky)
      report.why.insert(0, "for keys without a worker with room: ");
    all.push_back(std::move(report));
  });
  sinks.for_each([&](sink_id sink, const sink_state& state) {
    if (!state.has_room())
      all.push_back(report_of(sinks, sink, state));
  });
  return all;
}

std::optional<worker_report> next_sink(const sink_table& sinks, const job& what) {
  const auto sink = sinks.next_for(what);
  if (!sink)
    return std::nullopt;
  auto report = report_of(sinks, *sink, sinks.at(*sink));
  report.place = 1;
  if (sinks.is_led_by_key(what))
    report.why = "the key leads to it";
  return report;
}

} // namespace mdp::engine
