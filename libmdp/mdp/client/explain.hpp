#pragma once

#include "mdp/client/config.hpp"

#include <string>

namespace mdp {

/// Why there was no reply, as a line for whoever waits for it: which brokers were asked, and what is
/// likely to be wrong there or in `config`. For programs, see `to_string`.
[[nodiscard]] std::string explain(request_failure why, const client_config& config);

} // namespace mdp
