#pragma once

#include "mdp/actors/io/io_actor.hpp"

#include <cstddef>
#include <vector>

namespace mdp::actors {

/// What each of `count` loops of one broker is told, from what holds for all of them: the first has the
/// binding of `all`, the others have one of their own each, and their peers count together.
[[nodiscard]] std::vector<io_config> loop_configs(const io_config& all, std::size_t count);

} // namespace mdp::actors
