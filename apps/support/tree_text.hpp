#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace mdp::apps {

/// Puts what a broker answers to `mmi.tree`, a JSON object, into lines for people, children indented.
/// An error says in a few words what it is instead.
[[nodiscard]] tl::expected<std::string, std::string> tree_text(std::string_view json);

} // namespace mdp::apps
