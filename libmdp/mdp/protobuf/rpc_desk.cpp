#include "mdp/protobuf/rpc_desk.hpp"

#include "mdp/protobuf/server_call.hpp"

#include <utility>

namespace mdp::detail {

bool rpc_desk::enter() {
  const std::lock_guard guard(mutex_);
  if (places_taken_ >= limits_.max_calls)
    return false;
  ++places_taken_;
  return true;
}

void rpc_desk::leave() {
  const std::lock_guard guard(mutex_);
  --places_taken_;
}

std::optional<std::uint64_t> rpc_desk::open(std::shared_ptr<server_call> call, time_point now) {
  const std::lock_guard guard(mutex_);
  if (is_stopped_)
    return std::nullopt;
  const auto is_endless = limits_.max_duration > never - now;
  open_.emplace(next_number_,
                open_call{std::move(call), is_endless ? never : now + limits_.max_duration});
  return next_number_++;
}

void rpc_desk::close(std::uint64_t number) {
  open_call last; // the call may end with it, and needs the lock for that
  const std::lock_guard guard(mutex_);
  if (const auto found = open_.find(number); found != open_.end()) {
    last = std::move(found->second);
    open_.erase(found);
  }
}

std::vector<std::shared_ptr<server_call>> rpc_desk::take_expired(time_point now) {
  std::vector<std::shared_ptr<server_call>> expired;
  const std::lock_guard guard(mutex_);
  while (!open_.empty() && open_.begin()->second.deadline <= now) {
    expired.push_back(std::move(open_.begin()->second.call));
    open_.erase(open_.begin());
  }
  return expired;
}

std::vector<std::shared_ptr<server_call>> rpc_desk::stop() {
  std::vector<std::shared_ptr<server_call>> rest;
  const std::lock_guard guard(mutex_);
  is_stopped_ = true;
  for (auto& [number, open] : open_)
    rest.push_back(std::move(open.call));
  open_.clear();
  return rest;
}

void rpc_desk::count(std::uint64_t rpc_counters::*counter) {
  const std::lock_guard guard(mutex_);
  ++(counters_.*counter);
}

time_point rpc_desk::next_deadline() const {
  const std::lock_guard guard(mutex_);
  return open_.empty() ? never : open_.begin()->second.deadline;
}

std::size_t rpc_desk::places_taken() const {
  const std::lock_guard guard(mutex_);
  return places_taken_;
}

rpc_counters rpc_desk::counters() const {
  const std::lock_guard guard(mutex_);
  return counters_;
}

} // namespace mdp::detail
