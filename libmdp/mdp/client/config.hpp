#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/client_request.hpp"
#include "mdp/message.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/wire/constants.hpp"
#include "mdp/wire/limits.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mdp {

using engine::request_failure;

/// The reply, or its last part; or why there is none.
using request_result = tl::expected<message, request_failure>;

/// Everything that can be set about a client. What is not set is in `defaults.hpp`.
struct client_config {
  /// Brokers to ask. The first is the one that is wanted; the others are asked while it does not
  /// answer.
  std::vector<std::string> brokers{std::string(defaults::broker_endpoint)};
  wire::protocol_version version = wire::protocol_version::v0_2;
  net::socket_config sockets;
  wire::limits limits;
  /// Requests on one connection at a time, with a broker that echoes envelopes.
  std::size_t pipeline = defaults::client_pipeline;
  /// Sockets for one request each, with any other broker, and for streams.
  std::size_t lanes = defaults::client_lanes;
  /// Requests that may be open, those that wait in the client included, and their memory in bytes.
  std::size_t max_open = defaults::client_max_open;
  std::size_t max_open_bytes = defaults::client_max_open_bytes;
  /// Pauses before a broker that has ended connections is connected to again.
  engine::backoff_config reconnect;
};

/// How patient one request is, and what hears of its parts.
struct request_options {
  duration timeout = defaults::client_timeout;        ///< For one try; each part gives it anew.
  std::uint32_t attempts = defaults::client_attempts; ///< Tries in all.
  std::optional<duration> within{};                   ///< For all of it, from now on.
  /// A part of the reply, ahead of its end. Called on the client's thread; must not block.
  std::function<void(message part)> on_part{};
  /// The parts so far are void, the request is tried again; on the client's thread. With `on_part`
  /// and without this a reply that breaks off is a failure.
  std::function<void()> on_restart{};
};

/// What is wrong with a configuration, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const client_config& config);

/// What is wrong with a request for `service`; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate_request(const client_config& config,
                                                        const std::string& service);

} // namespace mdp
