#pragma once

#include "mdp/actors/interfaces.hpp"

#include <caf/actor_addr.hpp>

#include <functional>
#include <mutex>

namespace mdp::actors {

/// Where a worker's connection finds the instance of the service it speaks for, and hears of its end.
/// An instance outlives a conversation; a connection ends with its instance. Thread-safe.
class instance_place {
public:
  /// The instance that is there, or what `start` starts, which may throw.
  [[nodiscard]] job_sink_actor get_or_start(const std::function<job_sink_actor()>& start);

  /// `connection` uses `instance` from now on, and is told at once if that has ended already.
  void use(const job_sink_actor& instance, job_source_actor connection);

  /// An instance has ended; if it is the present one, the connection that uses it is told.
  void ended(const caf::actor_addr& instance);

private:
  std::mutex mutex_;
  job_sink_actor instance_;
  job_source_actor user_;
};

} // namespace mdp::actors
