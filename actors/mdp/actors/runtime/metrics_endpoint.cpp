#include "mdp/actors/runtime/metrics_endpoint.hpp"

#include "mdp/actors/metric_names.hpp"
#include "mdp/net/steady_now.hpp"

#include <netdb.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace mdp::actors {

namespace {

struct host_and_port {
  std::string host; ///< Without the brackets of an IPv6 address.
  std::string port;
};

std::string quoted(std::string_view text) {
  return std::string(1, '"').append(text).append(1, '"');
}

/// Both in the server's spelling; the address has been checked.
host_and_port parts_of(const std::string& address) {
  const auto colon = address.rfind(':');
  host_and_port parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host == "*")
    parts.host = "0.0.0.0";
  if (parts.host.starts_with('['))
    parts.host = std::string(parts.host.begin() + 1, parts.host.end() - 1);
  if (parts.port == "*")
    parts.port = "0";
  return parts;
}

std::string joined(const host_and_port& parts) {
  const bool is_ipv6 = parts.host.find(':') != std::string::npos;
  std::string text(is_ipv6 ? "[" : "");
  text.append(parts.host).append(is_ipv6 ? "]:" : ":").append(parts.port);
  return text;
}

/// Why nobody can listen there: the server itself only says that it cannot.
std::string reason_of_failure(const host_and_port& where) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const auto error = getaddrinfo(where.host.c_str(), where.port.c_str(), &wanted, &found))
    return gai_strerror(error);
  std::string reason = "the server does not start";
  if (const int fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol); fd >= 0) {
    if (bind(fd, found->ai_addr, found->ai_addrlen) != 0)
      reason = std::generic_category().message(errno);
    close(fd);
  }
  freeaddrinfo(found);
  return reason;
}

class broker_metrics_source : public prometheus::Collectable {
public:
  explicit broker_metrics_source(std::shared_ptr<const broker_counters> counters)
      : counters_(std::move(counters)) {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    const auto now = net::steady_now();
    std::vector<prometheus::MetricFamily> families;
    for (const auto& metric : broker_metrics) {
      auto& family = families.emplace_back();
      family.name = metric.name;
      family.help = metric.help;
      const bool grows = metric.kind == metric_kind::counter;
      family.type = grows ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      metric.read(*counters_, now, [&](std::string_view reason, std::uint64_t value) {
        auto& sample = family.metric.emplace_back();
        (grows ? sample.counter.value : sample.gauge.value) = static_cast<double>(value);
        if (!reason.empty())
          sample.label.push_back({std::string(reason_label), std::string(reason)});
      });
    }
    return families;
  }

private:
  std::shared_ptr<const broker_counters> counters_;
};

} // namespace

class metrics_endpoint::body {
public:
  body(const std::string& address, std::shared_ptr<const broker_counters> counters)
      : source_(std::make_shared<broker_metrics_source>(std::move(counters))), exposer_(address) {
    exposer_.RegisterCollectable(source_);
  }

  [[nodiscard]] std::string port() const {
    const auto ports = exposer_.GetListeningPorts();
    return ports.empty() ? std::string() : std::to_string(ports.front());
  }

private:
  std::shared_ptr<prometheus::Collectable> source_; // the exposer keeps no hold of it
  prometheus::Exposer exposer_;
};

std::optional<std::string> check_metrics_address(const std::string& address) {
  const auto wrong = [&](std::string_view what) {
    return address + " is no address for metrics: " + std::string(what) +
           "; say HOST:PORT, for example 127.0.0.1:9090";
  };
  const auto colon = address.rfind(':');
  if (colon == std::string::npos)
    return wrong("the port is missing");
  const auto host = std::string_view(address).substr(0, colon);
  const auto port = std::string_view(address).substr(colon + 1);
  // The server takes lists and options, too; what it gets from us is one address.
  const auto may_stand_in_host = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(".-:[]").find(char(c)) != std::string_view::npos;
  };
  if (host.empty())
    return wrong("the host is missing");
  if (host != "*" && !std::ranges::all_of(host, may_stand_in_host))
    return wrong(quoted(host) + " is no host");
  if ((host.find(':') != std::string_view::npos || host.front() == '[') &&
      (host.front() != '[' || host.back() != ']'))
    return wrong("an IPv6 address stands in brackets");
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port != "*" && (error != std::errc{} || end != port.data() + port.size() || number > 65535))
    return wrong(quoted(port) + " is no port");
  return std::nullopt;
}

tl::expected<std::unique_ptr<metrics_endpoint>, std::string>
metrics_endpoint::open(const std::string& address,
                       std::shared_ptr<const broker_counters> counters) {
  if (auto problem = check_metrics_address(address))
    return tl::unexpected(*std::move(problem));
  auto where = parts_of(address);
  try {
    auto server = std::make_unique<body>(joined(where), std::move(counters));
    where.port = server->port();
    return std::unique_ptr<metrics_endpoint>(
      new metrics_endpoint(std::move(server), "http://" + joined(where) + "/metrics"));
  } catch (const std::exception&) {
    return tl::unexpected("cannot serve metrics at " + address + ": " + reason_of_failure(where));
  }
}

metrics_endpoint::metrics_endpoint(std::unique_ptr<body> server, std::string url)
    : body_(std::move(server)), url_(std::move(url)) {}

metrics_endpoint::~metrics_endpoint() = default;

} // namespace mdp::actors
