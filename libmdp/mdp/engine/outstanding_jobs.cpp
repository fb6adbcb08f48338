#include "mdp/engine/outstanding_jobs.hpp"

#include "mdp/assert.hpp"

#include <array>

namespace mdp::engine {

namespace {

/// Big-endian, so that a packet dump reads like the number.
frame token_frame(std::uint64_t number) {
  std::array<std::byte, 8> bytes;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, number >>= 8U)
    *byte = static_cast<std::byte>(number & 0xFFU);
  return frame(bytes);
}

} // namespace

frame outstanding_jobs::add(held_job job, const frame& client_address) {
  auto address = tokens_ ? token_frame(next_token_++) : client_address;
  const auto is_new = jobs_.emplace(address, job).second;
  MDP_ASSERT(is_new);
  return address;
}

std::optional<held_job> outstanding_jobs::find(const frame& address) const {
  const auto entry = jobs_.find(address);
  if (entry == jobs_.end())
    return std::nullopt;
  return entry->second;
}

void outstanding_jobs::remove(const frame& address) {
  jobs_.erase(address);
}

} // namespace mdp::engine
