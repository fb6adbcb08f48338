#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/service/begun_jobs.hpp"
#include "mdp/actors/service/service_spec.hpp"
#include "mdp/service/handler_pool.hpp"
#include "mdp/time.hpp"

#include <caf/local_actor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace mdp::actors {

/// What one in-process service owns besides its actors, which come and go: its threads, and how an
/// instance is started. Belongs to a runtime. Thread-safe.
class service_host : public std::enable_shared_from_this<service_host> {
public:
  /// An instance and, unless it is an actor of the user's own, the book of its jobs.
  struct instance {
    job_sink_actor actor;
    std::shared_ptr<begun_jobs> begun;
  };

  /// Of each instance up to `calls_at_a_time` handlers run at once.
  service_host(std::string name, service_spec spec, std::size_t calls_at_a_time = 1);

  [[nodiscard]] instance start_instance(caf::local_actor& parent);

  /// Waits up to `grace` for the handlers that still run, once all instances have ended. How many did
  /// not return; their threads are left to themselves.
  std::size_t stop(duration grace);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const service_spec& spec() const noexcept { return spec_; }

private:
  void log_exception(const std::string& what);

  std::string name_;
  service_spec spec_;
  std::size_t calls_at_a_time_;
  std::optional<handler_pool> pool_;     // none for actors
  std::atomic<bool> has_said_so_{false}; // that handlers were left behind
  std::mutex mutex_;
  std::uint64_t unlogged_ = 0;
  time_point next_log_ = time_point::min();
};

} // namespace mdp::actors
