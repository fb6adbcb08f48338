#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The numbers of routing, with unit and reason.
namespace mdp::engine::routing_defaults {

using namespace std::chrono_literals;

/// Questions that a router has in hand at a time, those it holds aside: enough that it never waits
/// for the next, few enough that what waits does so here, where it is counted and can expire.
inline constexpr std::size_t window = 256;

/// Requests that wait for one router's verdict, held ones included: as many as may wait for a service.
inline constexpr std::size_t max_requests = 100'000;

/// Memory of these, and of replies that wait for a verdict, in bytes: a quarter of a queue's.
inline constexpr std::size_t max_bytes = 64U << 20U;

/// Routers that may end over one and the same question, when they had no other, before that is given
/// up. One may be chance, two bad luck.
inline constexpr std::uint32_t deaths = 3;

/// Times that a router may send one request where nobody is before that is given up.
inline constexpr std::uint32_t mistakes = 3;

/// How long a reply waits for a verdict. Its request's deadline says nothing about that: it is about
/// the time until a worker has it.
inline constexpr std::chrono::seconds reply_patience = 30s;

/// Rules of a configuration, each of which is looked at for each request.
inline constexpr std::size_t max_rules = 1000;

/// Different reasons of discarded requests that are counted by name; more are counted as one. Routers
/// make these up, and each is a line of metrics.
inline constexpr std::size_t max_discard_reasons = 64;

/// Longer ones are cut, in bytes.
inline constexpr std::size_t max_discard_reason_bytes = 64;

} // namespace mdp::engine::routing_defaults
