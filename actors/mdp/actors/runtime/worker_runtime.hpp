#pragma once

#include "mdp/actors/service/service_spec.hpp"
#include "mdp/actors/work_function.hpp"
#include "mdp/defaults.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/liveness.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/security/certificate.hpp"
#include "mdp/service/request_handler.hpp"
#include "mdp/wire/constants.hpp"
#include "mdp/wire/limits.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mdp::actors {

struct worker_counters;

/// Everything that can be set about a worker. What is not set is in `defaults.hpp`.
struct worker_config {
  /// Brokers to try, the next one with each new conversation; a conversation is with one (7-20).
  std::vector<std::string> brokers{std::string(defaults::broker_endpoint)};
  /// What it offers, and the work on each request: any of the three shapes of a handler. What it throws
  /// is answered with `mdp-status 500 <what>`. Both may be missing if there is `spawn_service()`.
  std::string service;
  request_handler work;
  /// Handlers that run at a time, each on a thread where it may block as long as it likes; 0: one for
  /// each connection. With more than one, `work` is called from several threads at once.
  std::uint32_t concurrency = 0;
  wire::protocol_version version = wire::protocol_version::v0_2;
  /// Conversations at a time, each with a socket of its own.
  std::uint32_t connections = 1;
  /// Requests each conversation holds at a time, those that are answered later included; announced
  /// when more than 1. What no handler is free for waits here, which saves round trips. 0: as many as
  /// keep all handlers busy. Brokers that do not know the announcement send one at a time to each
  /// conversation.
  std::uint32_t capacity = 0;
  /// Whether brokers are told how loaded the worker is, for the policy `least-loaded`. A broker that
  /// does not know the announcement ignores it.
  bool says_load = false;
  /// How loaded it is, in thousandths of what it can do; null: the load average of its machine by
  /// processor. Called on the socket loop's thread, in each heartbeat's time, and has to be quick.
  std::function<std::uint32_t()> load;
  /// Whether handlers are told who asks (`responder::user()`). A broker that does not know the question
  /// ignores it.
  bool asks_user = false;
  /// If there is one, `work` gets only what was sealed for it (`service/sealed_handler.hpp`), and brokers
  /// are told its public key, which they show to clients that ask (`mmi.workers`).
  std::shared_ptr<const security::certificate> sealing;
  engine::heartbeat_config heartbeat;
  engine::backoff_config reconnect;
  net::socket_config sockets;
  wire::limits limits;
  /// How long requests that are being worked on may take when the worker stops.
  duration shutdown_grace = defaults::shutdown_grace;
  /// How long a handler may take to return once nobody waits for its answer any more.
  duration handler_grace = defaults::handler_grace;
  /// CAF's threads: for timers and for services that consist of the user's own actors.
  std::size_t scheduler_threads = 2;
};

/// What is wrong with a configuration, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const worker_config& config);

/// A worker's process: connections to a broker that come back by themselves. Its functions may be
/// called from any thread but those of its own actors and handlers.
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

  /// Offers another service at the same brokers: the one that could be spawned inside a broker, with
  /// a connection for each instance, and its work, capacity and threads instead of those in the
  /// configuration. Before or after start(). The error is one line that says what is wrong with it,
  /// or that the worker is stopping.
  [[nodiscard]] tl::expected<void, std::string> spawn_service(std::string name, service_spec spec);

  /// Takes no more requests, waits up to `shutdown_grace` for those at hand, says DISCONNECT, waits up
  /// to `handler_grace` for handlers that still run, and ends.
  ///
  /// No thread can be ended from outside: handlers that do not return even then are left to themselves,
  /// and what they use must live on. How many these are is the result, 0 in normal life.
  std::size_t stop();

  /// What was dropped and refused so far (`worker_counters.hpp`); may outlive this object.
  [[nodiscard]] std::shared_ptr<const worker_counters> counters() const noexcept;

private:
  class body;
  std::unique_ptr<body> body_;
};

} // namespace mdp::actors
