#pragma once

#include "mdp/defaults.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "support/stop_flag.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace mdp::apps {

/// What a program may take.
struct command_limits {
  duration timeout = defaults::exec_timeout;
  std::size_t max_output_bytes = defaults::exec_max_output_bytes;
  /// Between SIGTERM and SIGKILL, when it has taken too much.
  duration kill_grace = defaults::exec_kill_grace;
};

/// Runs a program as a function: the frames of `input`, one behind the other, go to its standard
/// input, and what it writes to its standard output is the result. It need not read its input. When
/// it has exited, what it has left running in its process group is killed. A failure (it cannot be
/// started, it exits with another code than 0, it is ended by a signal, it takes or writes too much,
/// `stopping` is set) is a few words that begin with the program's name.
///
/// Thread-safe. SIGPIPE must be ignored in the whole process (`ignore_broken_pipes()`).
[[nodiscard]] tl::expected<std::string, std::string>
run_command(const std::vector<std::string>& arguments, const message& input,
            const command_limits& limits, const stop_flag& stopping);

} // namespace mdp::apps
