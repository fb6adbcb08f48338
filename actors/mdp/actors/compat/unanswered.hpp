#pragma once

#include <caf/delegated.hpp>

namespace mdp::actors {

/// What a handler of a frequent message returns: nothing, and CAF does not make a promise first by which
/// to deliver it. To be asked with `request` it is not.
using unanswered = caf::delegated<void>;

} // namespace mdp::actors
