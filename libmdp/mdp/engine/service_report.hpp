#pragma once

#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a service looks like at one moment, for those who ask the broker about it. Plain data: made
/// by the service's queue, put into words by whoever answers.
namespace mdp::engine {

/// What a queue has done with the requests it got. Each only grows.
struct queue_counters {
  std::uint64_t accepted = 0;
  std::uint64_t answered = 0;
  std::uint64_t retried = 0;
  std::uint64_t refused = 0; ///< for any reason
  std::uint64_t expired = 0; ///< of these: their time to live was over
  std::uint64_t cancelled = 0;
  std::uint64_t late_answers = 0;     ///< for a job, attempt or sink that is not in flight any more
  std::uint64_t unwanted_answers = 0; ///< for a job whose client has gone
};

/// One worker of a service.
struct worker_report {
  frame routing_id; ///< Empty for a service inside the broker's process, which has none.
  std::optional<wire::protocol_version> version; ///< Nothing likewise.
  std::uint32_t capacity = 1;
  std::uint32_t in_flight = 0;
  std::optional<std::uint32_t> load; ///< As it last said, in thousandths.
  /// The next request goes to place 1, if no key leads it elsewhere; 0: it has no room. Where chance
  /// decides all it may hit have the same place.
  std::size_t place = 0;
  std::string why;    ///< Why this place, for people.
  std::string user{}; ///< Who it is, by CURVE or PLAIN; empty without.
  std::string key{};  ///< That bodies for it can be sealed for, in Z85, if it announces one.
  sink_id sink;
  duration connected{}; ///< For how long it has been here.
  duration silent{};    ///< For how long nothing has been heard of it.
};

/// One service.
struct service_report {
  std::string service;
  std::string_view policy; ///< How workers are chosen.
  std::size_t workers = 0;
  std::size_t waiting = 0;
  std::size_t in_flight = 0;
  std::size_t bytes = 0; ///< Memory of all its requests, waiting or in flight.
  duration oldest_waiting{};
  queue_counters counters;
  std::vector<worker_report> details; ///< All its workers, where that was asked for.
};

} // namespace mdp::engine
