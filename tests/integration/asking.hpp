#pragma once

#include "mdp/client/client.hpp"
#include "support/eventually.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>

namespace mdp::test {

/// A client inside the test: one text asks, one text answers.
class asking {
public:
  explicit asking(const std::string& endpoint) : client_(config_for(endpoint)) {}

  /// Asks once. What comes ahead of the reply's end goes to `on_part`, in another thread.
  std::future<request_result> ask(const std::string& service, std::string_view body,
                                  std::function<void(message)> on_part = {}) {
    request_options options;
    options.on_part = std::move(on_part);
    options.timeout = patience;
    options.attempts = 1;
    return client_.submit(service, {frame(body)}, std::move(options));
  }

  /// The reply's text, or why there is none in angle brackets.
  static std::string text(std::future<request_result> pending) {
    const auto result = pending.get();
    if (!result)
      return "<" + std::string(to_string(result.error())) + ">";
    std::string all;
    for (const auto& part : *result)
      all += part.text();
    return all;
  }

  std::string ask_and_wait(const std::string& service, std::string_view body) {
    return text(ask(service, body));
  }

private:
  static client_config config_for(const std::string& endpoint) {
    client_config config;
    config.brokers = {endpoint};
    return config;
  }

  client client_;
};

/// Whether the service "echo" answers, now or once it is there again: it is asked for as long as a restart takes.
inline bool answers(const std::string& endpoint) {
  client_config config;
  config.brokers = {endpoint};
  client asking(config);
  request_options options;
  options.timeout = std::chrono::seconds(1);
  options.attempts = 50;
  return asking.request("echo", {frame("x")}, options).has_value();
}

} // namespace mdp::test
