#pragma once

#include "support/options.hpp"

#include <spdlog/common.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What the mains have in common.
namespace mdp::apps {

/// Exit codes of all programs; with the shell's 128 + signal for a client that was interrupted.
namespace exit_code {
inline constexpr int success = 0;
inline constexpr int failure = 1;   ///< it was tried and did not work
inline constexpr int wrong_use = 2; ///< it was not even tried
} // namespace exit_code

/// Calls `run` and returns what it returns; an exception is one line on standard error and exit code
/// 1. Sees to it first that descriptors 0 to 2 are open, so that no socket of ours becomes somebody's
/// standard output.
int run_program(std::string_view program, const std::function<int()>& run);

/// The exit code when there is nothing left to do: help was printed, or what is wrong.
[[nodiscard]] std::optional<int> answer(const program_info& info, const parse_outcome& outcome);

/// A line each on standard error, and where the help is; returns exit code 2.
[[nodiscard]] int report_wrong_use(const program_info& info,
                                   const std::vector<std::string>& findings);

/// Logs go to standard error from now on, one line each: time, level, program, text.
void start_logging(std::string_view program, spdlog::level::level_enum level);

/// A reader of our log or output that goes away is no reason to die: writing then fails instead.
void ignore_broken_pipes() noexcept;

} // namespace mdp::apps
