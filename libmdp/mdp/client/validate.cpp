#include "mdp/client/config.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/wire/decode.hpp"

#include <string_view>

namespace mdp {

std::vector<std::string> validate(const client_config& config) {
  std::vector<std::string> found;
  const auto check = [&](bool holds, std::string_view otherwise) {
    if (!holds)
      found.emplace_back(otherwise);
  };
  check(!config.brokers.empty(), "no broker endpoint");
  for (const auto& endpoint : config.brokers)
    if (const auto problem = net::check_endpoint(endpoint, net::endpoint_use::connect))
      found.push_back(endpoint + ": " + *problem);
  check(config.pipeline >= 1 && config.lanes >= 1,
        "a client needs room for at least one request on a connection, and for one lane");
  check(config.sockets.send_high_water_mark >= 1 && config.sockets.receive_high_water_mark >= 1,
        "the high-water marks must be at least 1: 0 would mean no bound at all");
  check(config.sockets.send_high_water_mark < 1 ||
          config.pipeline <= static_cast<std::size_t>(config.sockets.send_high_water_mark),
        "the pipeline must not be longer than the sockets' send high-water mark");
  check(config.reconnect.min > duration::zero() && config.reconnect.max >= config.reconnect.min,
        "the reconnect pauses must be more than 0, and the longest not shorter than the first");
  return found;
}

std::vector<std::string> validate_request(const client_config& config, const std::string& service) {
  if (!wire::check_service_name(service, config.limits))
    return {};
  return {'"' + service + "\" is no service name: 1 to " +
          std::to_string(config.limits.max_service_name) +
          " printable ASCII characters, no spaces"};
}

} // namespace mdp
