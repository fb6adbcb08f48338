#pragma once

#include "mdp/load/load_defaults.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mdp::load {

/// What the other side speaks.
enum class protocol : std::uint8_t {
  v0_1, ///< MDP 0.1, RFC 7
  v0_2, ///< MDP 0.2, RFC 18
  /// No broker: a ROUTER to DEALER proxy, which puts a client's address in front of its message and
  /// takes it off the answer. The clients are those of 0.2, and the workers echo into the envelope.
  proxy,
};

/// What load to make. What is not set is in load_defaults.hpp.
struct settings {
  std::string endpoint;        ///< Where clients connect.
  std::string worker_endpoint; ///< Where workers connect; empty: there, too.
  net::socket_config sockets;  ///< CURVE, for all.
  protocol spoken = protocol::v0_2;
  std::string service;        ///< Whom to ask, and what the workers offer.
  std::uint32_t services = 1; ///< If more than one, they are `service`-1, `service`-2 ...
  std::uint32_t clients = defaults::clients;
  std::uint32_t window = defaults::window;   ///< Requests that each client has open at most.
  std::uint32_t workers = defaults::workers; ///< Echo workers of its own, all services together.
  std::uint32_t capacity = 1; ///< Requests that a worker announces to take at a time.
  std::uint32_t parts = 0;    ///< Parts ahead of each answer's end, by its own workers.
  std::size_t body_bytes = defaults::body_bytes;
  std::uint64_t rate = 0;     ///< Requests a second by all clients; 0: as fast as answers come.
  std::uint64_t requests = 0; ///< How many to ask; 0: for `length`, behind `warm_up`.
  duration warm_up = defaults::warm_up;
  duration length = defaults::length;
  duration timeout = defaults::timeout; ///< An answer that takes longer counts as missing.
  std::uint32_t threads = 1;            ///< For the clients, and as many for the workers.
  std::uint32_t process = 0;            ///< Whose processor time is measured as well; 0: nobody's.

  /// What the client or worker with this number asks or offers.
  [[nodiscard]] std::string service_of(std::size_t peer) const {
    return services == 1 ? service : service + '-' + std::to_string(peer % services + 1);
  }
};

/// What is wrong with the settings, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const settings& set);

} // namespace mdp::load
