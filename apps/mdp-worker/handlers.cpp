#include "mdp-worker/handlers.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>
#include <utility>

namespace mdp::apps {

namespace {

void log_arrival(const message& request) {
  spdlog::debug("holds a request of {} frames, {} bytes", request.size(), request.byte_count());
}

} // namespace

request_handler echo_handler(duration pause, const stop_flag& stopping) {
  return [pause, &stopping](message request) {
    log_arrival(request);
    if (pause > duration::zero())
      stopping.wait_for(pause);
    return request;
  };
}

request_handler exec_handler(std::vector<std::string> arguments, command_limits limits,
                             const stop_flag& stopping) {
  return [arguments = std::move(arguments), limits, &stopping](message request) {
    log_arrival(request);
    const auto output = run_command(arguments, request, limits, stopping);
    if (!output)
      throw std::runtime_error(output.error());
    return message{frame(*output)};
  };
}

} // namespace mdp::apps
