#include "mdp/actors/runtime/loop_configs.hpp"

#include "mdp/actors/io/locked_census.hpp"

#include <memory>

namespace mdp::actors {

std::vector<io_config> loop_configs(const io_config& all, std::size_t count) {
  std::vector<io_config> loops(count, all);
  const auto census = std::make_shared<io::locked_census>(
    peers::census_bounds{all.peers.max_peers, all.peers.max_peers_of});
  for (std::size_t i = 0; i < count; ++i) {
    loops[i].shard = {i, count};
    loops[i].peers.census = census;
    if (i > 0)
      loops[i].bind = std::make_shared<io_config::binding>(*all.bind);
  }
  return loops;
}

} // namespace mdp::actors
