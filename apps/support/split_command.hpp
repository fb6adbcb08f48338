#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mdp::apps {

/// The words of a command line as a shell would see them: blanks separate, 'single quotes' keep all,
/// "double quotes" keep all but \" and \\, a backslash elsewhere keeps the next character. Nothing
/// else means anything: no variables, no pipes, no file patterns. An error says what is unfinished.
[[nodiscard]] tl::expected<std::vector<std::string>, std::string>
split_command(std::string_view line);

/// Why `program`, a path or a name to be looked for in PATH, cannot be run; empty when it can.
[[nodiscard]] std::string check_program(const std::string& program);

} // namespace mdp::apps
