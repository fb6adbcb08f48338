#include "mdp/actors/service/service_host.hpp"

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/service/actor_service.hpp"
#include "mdp/actors/service/service_instance.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>
#include <vector>

namespace mdp::actors {

service_host::service_host(std::string name, service_spec spec, std::size_t calls_at_a_time)
    : name_(std::move(name)), spec_(std::move(spec)), calls_at_a_time_(calls_at_a_time) {
  if (!spec_.work.actors())
    pool_.emplace(spec_.threads != 0 ? spec_.threads : spec_.instances);
}

service_host::instance service_host::start_instance(caf::local_actor& parent) {
  if (spec_.work.actors())
    return {spec_.work.actors()->start(parent), nullptr};
  auto around = std::make_shared<service_instance_state::surroundings>();
  around->service = name_;
  around->work = spec_.work.make();
  around->run = [lane = pool_->open_lane(calls_at_a_time_)](
                  std::vector<handler_pool::task>& tasks) { return lane->submit_all(tasks); };
  around->on_exception = spec_.on_exception;
  around->log_exception = [host = weak_from_this()](const std::string& what) {
    if (const auto living = host.lock())
      living->log_exception(what);
  };
  auto begun = around->begun;
  return {spawn_state<service_instance_state>(parent, std::move(around)), std::move(begun)};
}

std::size_t service_host::stop(duration grace) {
  if (!pool_)
    return 0;
  const auto left_behind = pool_->stop(grace);
  if (left_behind > 0 && !has_said_so_.exchange(true))
    spdlog::warn("service {}: {} handlers have not returned, their threads are left behind", name_,
                 left_behind);
  return left_behind;
}

void service_host::log_exception(const std::string& what) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  std::uint64_t withheld = 0;
  {
    const std::lock_guard guard(mutex_);
    if (time_point(now) < next_log_) {
      ++unlogged_;
      return;
    }
    next_log_ = time_point(now) + defaults::log_interval; // clients can cause this at will
    withheld = std::exchange(unlogged_, 0);
  }
  if (withheld > 0)
    spdlog::error("service {}: a handler threw: {} ({} more since the last line)", name_, what,
                  withheld);
  else
    spdlog::error("service {}: a handler threw: {}", name_, what);
}

} // namespace mdp::actors
