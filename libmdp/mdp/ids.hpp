#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace mdp {

/// Names one peer of a broker for its whole life: given once, never used again. A routing id may
/// come back with another owner; a `peer_id` may not, so news about the old owner is recognisable.
struct peer_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const peer_id&, const peer_id&) = default;
};

/// Names whatever takes jobs from a service queue: a remote worker's connection (its value is then
/// the `peer_id` of that worker) or an in-process service.
struct sink_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const sink_id&, const sink_id&) = default;
};

/// Names one request in a broker: who asked, and the how-manieth request of that client it is.
struct job_id {
  peer_id client;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const job_id&, const job_id&) = default;
};

/// The how-manieth try of a job. An answer that carries an old attempt comes from a worker that was
/// given up, and is dropped (T6).
using attempt_number = std::uint32_t;

/// Names a socket of one I/O loop; never used again within a runtime.
struct socket_id {
  std::uint32_t value = 0;
  friend auto operator<=>(const socket_id&, const socket_id&) = default;
};

/// Names one request of a client program; given once, never used again within a client.
struct request_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const request_id&, const request_id&) = default;
};

/// Names one socket of a client; never used again within a client.
struct line_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const line_id&, const line_id&) = default;
};

namespace detail {

/// Spreads consecutive numbers over all bits (the finalizer of splitmix64).
constexpr std::size_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<std::size_t>(x ^ (x >> 31));
}

} // namespace detail
} // namespace mdp

template <>
struct std::hash<mdp::peer_id> {
  std::size_t operator()(mdp::peer_id id) const noexcept { return mdp::detail::mix(id.value); }
};

template <>
struct std::hash<mdp::sink_id> {
  std::size_t operator()(mdp::sink_id id) const noexcept { return mdp::detail::mix(id.value); }
};

template <>
struct std::hash<mdp::job_id> {
  std::size_t operator()(const mdp::job_id& id) const noexcept {
    return mdp::detail::mix(id.client.value * 0x9e3779b97f4a7c15ULL + id.sequence);
  }
};

template <>
struct std::hash<mdp::socket_id> {
  std::size_t operator()(mdp::socket_id id) const noexcept { return mdp::detail::mix(id.value); }
};

template <>
struct std::hash<mdp::request_id> {
  std::size_t operator()(mdp::request_id id) const noexcept { return mdp::detail::mix(id.value); }
};

template <>
struct std::hash<mdp::line_id> {
  std::size_t operator()(mdp::line_id id) const noexcept { return mdp::detail::mix(id.value); }
};
