#include "mdp/actors/runtime/open_files.hpp"

#include "mdp/net/descriptors.hpp"

namespace mdp::actors {

std::size_t allow_many_open_files() noexcept {
  return net::raise_descriptor_limit();
}

} // namespace mdp::actors
