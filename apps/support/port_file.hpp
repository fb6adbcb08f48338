#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mdp::apps {

/// The TCP ports of bound endpoints, one a line, in their order; for scripts that let the system
/// choose.
[[nodiscard]] std::string ports_of(const std::vector<std::string>& endpoints);

/// Writes `content` to `path` in one step: whoever sees the file sees all of it. Why it could not, in
/// one line that names the path; nothing when it could.
[[nodiscard]] std::optional<std::string> write_file_atomically(const std::string& path,
                                                               const std::string& content);

} // namespace mdp::apps
