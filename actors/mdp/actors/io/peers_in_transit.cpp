#include "mdp/actors/io/peers_in_transit.hpp"

#include <algorithm>

namespace mdp::actors::io {

namespace {

std::size_t large_bytes(const message& frames) noexcept {
  std::size_t bytes = 0;
  for (const auto& each : frames)
    bytes += each.size() > defaults::transit_counted_from ? each.size() : 0;
  return bytes;
}

} // namespace

peers_in_transit::ticket peers_in_transit::ask(const frame& routing_id, const message& frames) {
  const auto bytes = large_bytes(frames);
  if (bytes == 0)
    return {};
  if (accounts_.size() >= sweep_at_)
    sweep();
  auto& account = accounts_[routing_id];
  if (!account)
    account = std::make_shared<net::transit_account>(total_);
  const auto held = account->bytes();
  const bool has_room = held == 0 || (held + bytes <= limits_.peer_bytes &&
                                      account->total() + bytes <= limits_.total_bytes);
  return {account, has_room};
}

/// Forgets who has nothing in transit; what was booked keeps its account alive. Rare enough that each
/// new peer pays for a look at two at most.
void peers_in_transit::sweep() {
  std::erase_if(accounts_, [](const auto& entry) { return entry.second->bytes() == 0; });
  sweep_at_ = std::max(defaults::transit_sweep, 2 * accounts_.size());
}

} // namespace mdp::actors::io
