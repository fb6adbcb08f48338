#pragma once

#include "mdp/actors/runtime/signals.hpp"
#include "mdp/client/client.hpp"
#include "support/curve_options.hpp"
#include "support/options.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mdp::apps {

/// What all commands of `mdp` can be told about asking.
struct client_settings {
  client_config client;
  curve_options curve;
  duration timeout = defaults::client_timeout;
  std::uint16_t retries = defaults::client_attempts - 1;
  spdlog::level::level_enum log_level = spdlog::level::warn;
};

/// Adds the options for them.
void add_client_options(options& all, client_settings& set);

/// Fills in what follows from the options; returns what is wrong.
[[nodiscard]] std::vector<std::string> complete(client_settings& set);

/// A client for the length of one command, which a Ctrl-C interrupts. Make it when everything has
/// been read that may block: from then on SIGINT and SIGTERM are its business.
class asking_client {
public:
  /// `set` must be valid and outlive it.
  explicit asking_client(const client_settings& set);
  ~asking_client() = default; // the watcher first
  asking_client(const asking_client&) = delete;
  asking_client& operator=(const asking_client&) = delete;

  /// The reply, or its last part; or the exit code, when what is to be said has been said on standard
  /// error: nobody answered, or the answer is an error by `mdp-status`. `on_part` gets the parts
  /// ahead of the end.
  [[nodiscard]] tl::expected<message, int> ask(const std::string& service, message body,
                                               std::function<void(message)> on_part = {});

private:
  int report_failure(const std::string& service, request_failure why, duration spent);

  const client_settings& set_;
  std::mutex mutex_;
  int signal_ = 0;
  std::optional<mdp::client> client_;
  std::optional<actors::signal_watcher> watcher_;
};

} // namespace mdp::apps
