#pragma once

#include "mdp/conformance/report.hpp"
#include "mdp/defaults.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/time.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Plays what RFC 7, RFC 18 and RFC 8 ask, as far as it can be seen from outside, against any broker or
/// worker, and says what that did. Blocking; one thread; opens its own sockets and nothing else.
namespace mdp::conformance {

struct settings {
  /// Of a broker: where it listens. For a worker: where we listen, `*` as a port allowed.
  std::string endpoint;
  /// The versions to speak.
  std::vector<version> versions{version::v0_1, version::v0_2};
  /// The versions were asked for by name: one that the peer does not speak at all then fails instead
  /// of being skipped.
  bool insists = false;
  /// The interval and the number of missed beats that the peer is set to.
  duration heartbeat = defaults::heartbeat_interval;
  std::uint32_t liveness = defaults::heartbeat_liveness;
  /// How long to wait for what should come.
  duration patience = defaults::conformance_patience;
  /// How often to play a check at most that fails while heartbeats of ours are late; then it is skipped.
  std::uint32_t attempts = defaults::conformance_attempts;
  /// CURVE or PLAIN; nothing else of it is used. A worker is checked with CURVE at most, by a broker with
  /// the certificate `sockets.curve.own`.
  net::socket_config sockets;
  /// Play these items only; all of them when empty. Each must be one of broker_items() or
  /// worker_items().
  std::vector<std::string> only;
};

/// Called while the checks are played, in the same thread. Each may be empty.
struct hooks {
  /// For a worker: we listen at this endpoint now and wait.
  std::function<void(const std::string& endpoint)> on_bound;
  /// The check with this number, counted from 1, begins.
  std::function<void(std::size_t number, std::size_t of, const outcome& begun)> on_check;
};

/// The items there are checks for, each once, in the order they are played.
[[nodiscard]] std::vector<std::string> broker_items();
[[nodiscard]] std::vector<std::string> worker_items();

/// What is wrong with the settings, a line each; nothing if they will do.
[[nodiscard]] std::vector<std::string> validate_for_broker(const settings& set);
[[nodiscard]] std::vector<std::string> validate_for_worker(const settings& set);

/// Plays clients and workers, friendly and hostile ones, against the broker at `set.endpoint`. The
/// error is one line: nobody is there, or nobody who speaks MDP.
[[nodiscard]] tl::expected<report, std::string> check_broker(const settings& set,
                                                             const hooks& notify = {});

/// Plays a broker for the first worker that connects to `set.endpoint`. The error is one line: the
/// endpoint cannot be bound, or no worker came, or none that speaks MDP.
[[nodiscard]] tl::expected<report, std::string> check_worker(const settings& set,
                                                             const hooks& notify = {});

} // namespace mdp::conformance
