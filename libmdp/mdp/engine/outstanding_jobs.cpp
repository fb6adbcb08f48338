#include "mdp/engine/outstanding_jobs.hpp"

#include "mdp/assert.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

namespace mdp::engine {

namespace {

/// Client, request and attempt, big-endian, so that a packet dump reads like the numbers.
frame token_frame(const held_job& job) {
  constexpr std::size_t long_size = sizeof(std::uint64_t);
  std::array<std::byte, 2 * long_size + sizeof(attempt_number)> bytes;
  const auto put = [&](std::size_t begin, std::size_t size, std::uint64_t number) {
    for (auto i = begin + size; i > begin; number >>= 8U)
      bytes[--i] = static_cast<std::byte>(number & 0xFFU);
  };
  put(0, long_size, job.id.client.value);
  put(long_size, long_size, job.id.sequence);
  put(2 * long_size, sizeof(attempt_number), job.attempt);
  return frame(bytes);
}

} // namespace

frame outstanding_jobs::add(held_job job, const frame& client_address) {
  auto address = tokens_ ? token_frame(job) : client_address;
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

std::vector<job_id> outstanding_jobs::sent_since(std::uint64_t first) const {
  std::map<std::uint64_t, job_id> found;
  for (const auto& [address, job] : jobs_)
    if (job.sent_as >= first)
      found.emplace(job.sent_as, job.id);
  std::vector<job_id> ids;
  for (const auto& [number, id] : found)
    ids.push_back(id);
  return ids;
}

void outstanding_jobs::continued(const frame& address, time_point now) {
  if (const auto entry = jobs_.find(address); entry != jobs_.end())
    entry->second.since = std::max(entry->second.since, now);
}

std::optional<time_point> outstanding_jobs::oldest() const noexcept {
  std::optional<time_point> oldest;
  for (const auto& [address, job] : jobs_)
    oldest = std::min(oldest.value_or(never), job.since);
  return oldest;
}

void outstanding_jobs::remove(const frame& address) {
  jobs_.erase(address);
}

} // namespace mdp::engine
