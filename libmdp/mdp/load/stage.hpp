#pragma once

#include "mdp/load/connection_watch.hpp"
#include "mdp/load/settings.hpp"

#include <zmq.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mdp::load {

/// What all threads of a run do at a time.
enum class phase : std::uint8_t {
  starting,  ///< each client asks once, so that everybody is known to be there
  warming,   ///< load, not counted
  measuring, ///< load
  draining,  ///< nothing new is asked; what is open is waited for
  over,
};

/// What the threads of a run share. All members may be used by any of them.
struct stage {
  explicit stage(const settings& what) : set(what) {}

  const settings& set;
  zmq::context_t context{1};
  std::atomic<phase> now{phase::starting};
  std::atomic<std::size_t> ready_clients{0};
  std::atomic<std::size_t> drained_clients{0};
  std::atomic<std::uint64_t> asked{0};       ///< Of `set.requests`.
  std::atomic<std::uint64_t> ended{0};       ///< Of these, well or not.
  std::atomic<std::uint64_t> answered{0};    ///< While it counts; for the progress.
  std::atomic<std::uint64_t> parts{0};       ///< The same.
  std::atomic<std::uint64_t> parts_sent{0};  ///< By workers, at any time.
  std::atomic<std::uint64_t> parts_taken{0}; ///< By clients.
  std::atomic<std::uint64_t> failed{0};      ///< The same, at any time.
  std::atomic<connection_watch::state> reached{connection_watch::state::unreachable};
  std::atomic<bool> was_refused{false}; ///< The answer to a first request was an error.

  [[nodiscard]] bool is(phase which) const noexcept {
    return now.load(std::memory_order_acquire) == which;
  }
};

/// A socket for a client or worker, not connected yet. Throws zmq::error_t.
[[nodiscard]] zmq::socket_t make_socket(stage& shared);

} // namespace mdp::load
