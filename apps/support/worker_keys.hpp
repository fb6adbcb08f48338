#pragma once

#include "mdp/security/public_key.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace mdp::apps {

/// The key that the workers of `service` announce for requests to be sealed for, in what a broker answers
/// to `mmi.workers`. The error is one line: there is none, or there are several, of which one cannot know
/// who will get the request.
[[nodiscard]] tl::expected<security::public_key, std::string>
announced_key(std::string_view json, const std::string& service);

} // namespace mdp::apps
