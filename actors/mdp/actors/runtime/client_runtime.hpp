#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/client_engine.hpp"
#include "mdp/message.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/wire/constants.hpp"
#include "mdp/wire/limits.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace mdp::actors {

/// Everything that can be set about a client. What is not set is in `defaults.hpp`.
struct client_config {
  /// Brokers to ask, the next one with each new socket.
  std::vector<std::string> brokers{std::string(defaults::broker_endpoint)};
  wire::protocol_version version = wire::protocol_version::v0_2;
  net::socket_config sockets;
  wire::limits limits;
};

/// What is wrong with a configuration, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const client_config& config);

/// What is wrong with a request for `service`; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate_request(const client_config& config,
                                                        const std::string& service);

/// How patient one request is, and what hears of its parts.
struct request_options {
  duration timeout = defaults::client_timeout;        ///< For one try.
  std::uint32_t attempts = defaults::client_attempts; ///< Tries in all.
  /// A part of the reply, ahead of its end. Called on a thread of the runtime; must not block.
  std::function<void(message part)> on_part;
  /// The parts so far are void, the request is tried again. Without it a stream that breaks off is
  /// a failure.
  std::function<void()> on_restart;
};

/// The reply, or its last part; or why there is none.
using request_result = tl::expected<message, engine::request_failure>;

/// A client's process. Any number of requests may be open at a time; each has a socket of its own
/// until it is answered, as MDP numbers no requests, and sockets of answered requests are used
/// again. Thread-safe.
class client_runtime {
public:
  /// `config` must be valid.
  explicit client_runtime(client_config config);
  /// Cancels what is open and ends.
  ~client_runtime();
  client_runtime(const client_runtime&) = delete;
  client_runtime& operator=(const client_runtime&) = delete;

  /// Asks for `service`, which must be a lawful name. An empty body stands for one empty frame.
  [[nodiscard]] std::future<request_result> request(std::string service, message body,
                                                    request_options options = {});

  /// Ends all open requests with `cancelled`, and every later one at once.
  void cancel();

private:
  class body;
  std::unique_ptr<body> body_;
};

} // namespace mdp::actors
