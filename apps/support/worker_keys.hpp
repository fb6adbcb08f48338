#pragma once

#include "mdp/security/public_key.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace mdp::apps {

/// A key, and the name under which its workers offer what was asked for: the service's, or a pattern's.
struct announcement {
  std::string offered_as;
  security::public_key key;
};

/// The key that the workers of `service` announce for requests to be sealed for, in what a broker answers
/// to `mmi.workers`. Where it has none of that name, those of the longest pattern that fits serve it. The
/// error is one line: there is no key, or there are several, of which one cannot know who will get the
/// request.
[[nodiscard]] tl::expected<announcement, std::string> announced_key(std::string_view json,
                                                                    const std::string& service);

} // namespace mdp::apps
