#pragma once

#include "mdp/actors/counters.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>

namespace mdp::actors {

/// What is wrong with `address` as HOST:PORT to serve metrics at, in one line; nothing if it looks
/// right.
[[nodiscard]] std::optional<std::string> check_metrics_address(const std::string& address);

/// An HTTP server with threads of its own that shows a broker's counters to Prometheus, under
/// `/metrics` and the names of `metric_names.hpp`. The counters are read when somebody asks, so they
/// are counted nowhere twice.
class metrics_endpoint {
public:
  /// Serves `counters` at HOST:PORT; a PORT of `*` or 0 is chosen by the system, a HOST of `*` means
  /// all addresses. The error is one line that names the address. Block signals before, as this
  /// starts threads.
  [[nodiscard]] static tl::expected<std::unique_ptr<metrics_endpoint>, std::string>
  open(const std::string& address, std::shared_ptr<const broker_counters> counters);

  ~metrics_endpoint();
  metrics_endpoint(const metrics_endpoint&) = delete;
  metrics_endpoint& operator=(const metrics_endpoint&) = delete;

  /// Where it is to be found, with the real port: "http://127.0.0.1:9090/metrics".
  [[nodiscard]] const std::string& url() const noexcept { return url_; }

private:
  class body;
  metrics_endpoint(std::unique_ptr<body> server, std::string url);

  std::unique_ptr<body> body_;
  std::string url_;
};

} // namespace mdp::actors
