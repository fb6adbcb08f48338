#pragma once

#include "mdp/actors/work_function.hpp"
#include "mdp/defaults.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/liveness.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/wire/constants.hpp"
#include "mdp/wire/limits.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mdp::actors {

/// Everything that can be set about a worker. What is not set is in `defaults.hpp`.
struct worker_config {
  /// Brokers to try, the next one with each new conversation; a conversation is with one (7-20).
  std::vector<std::string> brokers{std::string(defaults::broker_endpoint)};
  std::string service;
  work_function work;
  wire::protocol_version version = wire::protocol_version::v0_2;
  /// Conversations at a time, each with a socket and a work function's thread of its own.
  std::uint32_t connections = 1;
  /// Requests each conversation takes at a time; announced when more than 1. They are worked on in
  /// turn: more capacity saves round trips, more connections give more threads.
  std::uint32_t capacity = 1;
  engine::heartbeat_config heartbeat;
  engine::backoff_config reconnect;
  net::socket_config sockets;
  wire::limits limits;
  /// How long requests that are being worked on may take when the worker stops.
  duration shutdown_grace = defaults::shutdown_grace;
};

/// What is wrong with a configuration, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const worker_config& config);

/// A worker's process: connections to a broker that come back by themselves. Its functions may be
/// called from any thread but those of its own actors.
class worker_runtime {
public:
  /// `config` must be valid.
  explicit worker_runtime(worker_config config);
  /// Stops the worker.
  ~worker_runtime();
  worker_runtime(const worker_runtime&) = delete;
  worker_runtime& operator=(const worker_runtime&) = delete;

  /// Connects and works until it is stopped, whether a broker is there or not. Once. `on_failure` is
  /// called from some thread if the worker fails and cannot be restarted.
  void start(std::function<void()> on_failure = {});

  /// Takes no more requests, waits up to `shutdown_grace` for those at hand, says DISCONNECT and
  /// ends.
  void stop();

private:
  class body;
  std::unique_ptr<body> body_;
};

} // namespace mdp::actors
