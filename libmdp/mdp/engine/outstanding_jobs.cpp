#include "mdp/engine/outstanding_jobs.hpp"

#include "mdp/assert.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace mdp::engine {

namespace {

constexpr std::size_t long_size = sizeof(std::uint64_t);
constexpr std::size_t token_size = 2 * long_size + sizeof(attempt_number);

// Big-endian, so that a packet dump reads like the numbers.

void put(std::span<std::byte> into, std::uint64_t number) noexcept {
  for (auto i = into.size(); i > 0; number >>= 8U)
    into[--i] = static_cast<std::byte>(number & 0xFFU);
}

std::uint64_t number_in(std::span<const std::byte> bytes) noexcept {
  std::uint64_t number = 0;
  for (const auto byte : bytes)
    number = number << 8U | std::to_integer<std::uint64_t>(byte);
  return number;
}

} // namespace

/// Client, request and attempt.
frame outstanding_jobs::write(const attempt_key& key) {
  std::array<std::byte, token_size> bytes;
  const std::span all(bytes);
  put(all.first<long_size>(), key.id.client.value);
  put(all.subspan<long_size, long_size>(), key.id.sequence);
  put(all.subspan<2 * long_size>(), key.attempt);
  return frame(bytes);
}

std::optional<outstanding_jobs::attempt_key> outstanding_jobs::read(const frame& token) noexcept {
  if (token.size() != token_size)
    return std::nullopt;
  const auto all = token.bytes().first<token_size>();
  return attempt_key{
    {peer_id{number_in(all.first<long_size>())}, number_in(all.subspan<long_size, long_size>())},
    static_cast<attempt_number>(number_in(all.subspan<2 * long_size>()))};
}

frame outstanding_jobs::add(held_job job, const frame& client_address) {
  const attempt_key key{job.id, job.attempt};
  if (tokens_) {
    const auto is_new = by_token_.emplace(key, job).second;
    MDP_ASSERT(is_new);
    return write(key);
  }
  MDP_ASSERT(!find(client_address));
  by_address_.push_back({client_address, job});
  return client_address;
}

template <class Self>
auto* outstanding_jobs::look_up(Self& self, const frame& address) noexcept {
  decltype(&self.by_address_.front().job) found = nullptr;
  if (!self.tokens_) {
    const auto entry = std::ranges::find(self.by_address_, address, &addressed_job::address);
    if (entry != self.by_address_.end())
      found = &entry->job;
  } else if (const auto key = read(address)) {
    if (const auto entry = self.by_token_.find(*key); entry != self.by_token_.end())
      found = &entry->second;
  }
  return found;
}

std::optional<held_job> outstanding_jobs::find(const frame& address) const {
  const auto* const job = look_up(*this, address);
  return job != nullptr ? std::optional(*job) : std::nullopt;
}

std::optional<held_job> outstanding_jobs::take(const frame& address) {
  if (!tokens_) {
    const auto entry = std::ranges::find(by_address_, address, &addressed_job::address);
    if (entry == by_address_.end())
      return std::nullopt;
    const auto job = entry->job;
    by_address_.erase(entry);
    return job;
  }
  const auto key = read(address);
  const auto entry = key ? by_token_.find(*key) : by_token_.end();
  if (entry == by_token_.end())
    return std::nullopt;
  const auto job = entry->second;
  by_token_.erase(entry);
  return job;
}

void outstanding_jobs::continued(const frame& address, time_point now) {
  if (auto* const job = look_up(*this, address))
    job->since = std::max(job->since, now);
}

template <class Visitor>
void outstanding_jobs::for_each(Visitor&& visit) const {
  for (const auto& [key, job] : by_token_)
    visit(job);
  for (const auto& each : by_address_)
    visit(each.job);
}

std::vector<job_id> outstanding_jobs::sent_since(std::uint64_t first) const {
  std::map<std::uint64_t, job_id> found;
  for_each([&](const held_job& job) {
    if (job.sent_as >= first)
      found.emplace(job.sent_as, job.id);
  });
  std::vector<job_id> ids;
  for (const auto& [number, id] : found)
    ids.push_back(id);
  return ids;
}

std::optional<time_point> outstanding_jobs::oldest() const noexcept {
  std::optional<time_point> oldest;
  for_each([&](const held_job& job) { oldest = std::min(oldest.value_or(never), job.since); });
  return oldest;
}

} // namespace mdp::engine
