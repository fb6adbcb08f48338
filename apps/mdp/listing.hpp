#pragma once

#include "mdp/asking_client.hpp"

#include <tl/expected.hpp>

#include <string>

namespace mdp::apps {

/// Asks the broker for a listing, such as `mmi.services`: its document, or the exit code when what is
/// to be said has been said on standard error. `otherwise` says what to do about a broker that does
/// not know it.
[[nodiscard]] tl::expected<std::string, int>
ask_for_listing(asking_client& client, const std::string& word, const std::string& otherwise = {});

/// One line on standard error; returns the exit code of a failure.
int fail_with(const std::string& line);

} // namespace mdp::apps
