#pragma once

#include "mdp/service/request_handler.hpp"
#include "mdp/time.hpp"
#include "support/run_command.hpp"
#include "support/stop_flag.hpp"

#include <string>
#include <vector>

/// What `mdp-worker` can do with a request. `stopping` must outlive the handlers.
namespace mdp::apps {

/// Answers with the request, after a pause that ends early when `stopping` is set.
[[nodiscard]] request_handler echo_handler(duration pause, const stop_flag& stopping);

/// Runs a program for each request and answers with its output (see run_command()). A failure is
/// thrown, which becomes the reply `mdp-status 500 <reason>`.
[[nodiscard]] request_handler exec_handler(std::vector<std::string> arguments,
                                           command_limits limits, const stop_flag& stopping);

} // namespace mdp::apps
