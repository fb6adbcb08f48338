#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/outbox.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace mdp::actors::io {

/// Owns the threads of socket loops and joins them, so that no actor ever has to. Belongs to a
/// runtime and outlives its actors; the actor system must outlive it.
class loop_host {
public:
  explicit loop_host(caf::actor_system& system);

  /// Joins all loops; those that still run are told to end.
  ~loop_host();
  loop_host(const loop_host&) = delete;
  loop_host& operator=(const loop_host&) = delete;

  /// Starts a loop that reports to `owner`, with `loop_ended` as its last word. The outbox is valid
  /// until the host starts a loop after `owner` has heard that word. Thread-safe.
  [[nodiscard]] outbox& start(io_actor owner);

  /// New peers whose supervisor has not heard of them: whoever opens one counts it here. While they
  /// are too many the loops read nothing.
  [[nodiscard]] std::shared_ptr<std::atomic<std::size_t>> adoptions() const noexcept {
    return adoptions_;
  }

  /// What the loops have read and their actors are not done with, as `defaults::max_open_load` counts
  /// it. Thread-safe.
  [[nodiscard]] std::size_t load() const;

private:
  class hosted_loop;

  caf::actor_system& system_;
  std::shared_ptr<std::atomic<std::size_t>> adoptions_ =
    std::make_shared<std::atomic<std::size_t>>(0U);
  mutable std::mutex mutex_;
  std::list<std::unique_ptr<hosted_loop>> loops_;
};

} // namespace mdp::actors::io
