#pragma once

namespace mdp::detail {

/// Prints the broken promise to stderr and aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

} // namespace mdp::detail

/// States what only a bug of ours can break; on in every build type. Never use it on what a peer
/// sent: that is an error value, not an assertion.
#define MDP_ASSERT(expression)                                                                     \
  ((expression) ? static_cast<void>(0)                                                             \
                : ::mdp::detail::assertion_failed(#expression, __FILE__, __LINE__))
