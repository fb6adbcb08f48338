#pragma once

#include "mdp/load/settings.hpp"
#include "mdp/load/tally.hpp"
#include "mdp/time.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

/// Puts any broker of the Majordomo Protocol, or a proxy, under load and measures what its clients see:
/// clients and echo workers on bare DEALER sockets, in threads of its own, with no code of our client,
/// worker or codec in them.
namespace mdp::load {

struct progress {
  duration since_begin{};
  std::uint64_t answered = 0;
  std::uint64_t parts = 0;
  std::uint64_t failed = 0;
  bool is_warming = false;
};

struct hooks {
  /// Waits that long, less when the run is to end before its time: then true.
  std::function<bool(duration)> wait;
  std::function<void(const progress&)> on_progress;
};

struct result {
  tally seen;
  duration took{}; ///< What was measured.
  bool was_interrupted = false;
  std::optional<duration> processor_time; ///< Of `settings::process` meanwhile.

  [[nodiscard]] double rate() const noexcept;
  [[nodiscard]] double part_rate() const noexcept;
  /// Processor time for each request, in nanoseconds; 0 when nobody was watched.
  [[nodiscard]] double processor_ns() const noexcept;
};

/// Blocks until it is done or interrupted. `set` must be valid. The error is one line: nobody is there,
/// nobody answers, or there are no descriptors. An interruption before anything was measured is a result
/// without answers. Throws zmq::error_t or std::system_error when the machine has no room for it.
[[nodiscard]] tl::expected<result, std::string> run(const settings& set, const hooks& notify);

} // namespace mdp::load
