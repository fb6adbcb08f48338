#include "mdp/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace mdp::detail {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "mdp: broken promise at %s:%d: %s\n", file, line, expression);
  std::abort();
}

} // namespace mdp::detail
