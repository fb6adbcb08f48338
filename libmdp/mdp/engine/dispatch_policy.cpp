#include "mdp/engine/dispatch_policy.hpp"

#include "mdp/defaults.hpp"

#include <iterator>

namespace mdp::engine {

std::string_view to_string(dispatch policy) noexcept {
  constexpr std::string_view names[] = {"least-recently-used", "round-robin",  "random",
                                        "fewest-in-flight",    "least-loaded", "sticky"};
  static_assert(std::size(names) == dispatch_count);
  return names[static_cast<std::size_t>(policy)];
}

void dispatch_policy::added(sink_id sink, sink_state& state) {
  switch (config_.policy) {
  case dispatch::fewest_in_flight:
    state.turn = ++turns_; // for good
    break;
  case dispatch::random:
    state.turn = draw();
    break;
  case dispatch::sticky:
    ring_.add(sink);
    [[fallthrough]];
  case dispatch::least_recently_used:
  case dispatch::round_robin:
  case dispatch::least_loaded:
    state.turn = ++turns_;
    break;
  }
}

void dispatch_policy::booked(sink_state& state) noexcept {
  if (config_.policy == dispatch::least_recently_used)
    return;
  ++state.given;
  if (config_.policy == dispatch::round_robin)
    state.turn = ++turns_;
  else if (config_.policy == dispatch::random)
    state.turn = draw();
}

void dispatch_policy::released(sink_state& state) noexcept {
  switch (config_.policy) {
  case dispatch::least_recently_used:
  case dispatch::least_loaded:
  case dispatch::sticky:
    state.turn = ++turns_;
    break;
  case dispatch::random:
    state.turn = draw();
    break;
  case dispatch::round_robin:
  case dispatch::fewest_in_flight:
    break;
  }
}

void dispatch_policy::reported(sink_state& state, std::uint32_t load) noexcept {
  state.load = load;
  state.given = state.in_flight;
}

void dispatch_policy::removed(sink_id sink) {
  if (config_.policy == dispatch::sticky)
    ring_.remove(sink);
}

std::uint64_t dispatch_policy::corrected_load(const sink_state& state) noexcept {
  // Without a word ever, only what it holds is known to weigh on it.
  const std::uint64_t jobs = state.load ? state.given : state.in_flight;
  return state.load.value_or(defaults::assumed_load) + jobs * defaults::load_per_job;
}

std::uint64_t dispatch_policy::key_of(const job& what) const noexcept {
  const bool has_frame = config_.key_frame >= 1 && config_.key_frame <= what.body.size();
  const auto& key = has_frame ? what.body[config_.key_frame - 1] : what.client_address.get();
  // FNV-1a, then spread: the same key leads to the same place with every compiler.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const auto byte : key.bytes())
    hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
  return detail::mix(hash);
}

std::set<sink_rank>::iterator
dispatch_policy::any_of_the_first(const std::set<sink_rank>& with_room) noexcept {
  // Their turns are random numbers, drawn anew with each use; so is the point from which the next
  // one is looked for, round in a circle.
  const auto level = with_room.begin()->level;
  const auto found = with_room.lower_bound({level, draw(), {}});
  return found == with_room.end() || found->level != level ? with_room.begin() : found;
}

std::uint64_t dispatch_policy::draw() noexcept {
  return detail::mix(draws_ += 0x9e3779b97f4a7c15ULL); // splitmix64
}

} // namespace mdp::engine
