#pragma once

#include "mdp/defaults.hpp"
#include "mdp/time.hpp"

#include <cstdint>

/// How long to wait before the next try, so that many peers that lost the same broker do not come
/// back in step (T15).
///
/// Theory of operation. A backoff is one number, the pause it would hand out next without jitter:
///
///     state          call                          answer               next state
///     pause p        next()                        p * random factor    min(2 p, max)
///     pause p        lasted(d), d <  reset_after   -                    p
///     pause p        lasted(d), d >= reset_after   -                    min
///
/// The owner of the conversations owns the backoff, which outlives them all. When a conversation
/// has ended it says how long that one lasted, then asks for the pause before the next:
///
///     pauses.lasted(end.lasted);
///     open_a_socket_after(pauses.next());
///
/// Why a reset needs a conversation of some length: a broker that answers each READY with
/// DISCONNECT (access rules, `mmi.` name, draining) accepts every connection and would otherwise
/// make its workers spin.
///
/// The random factors come from a generator of its own (splitmix64), so that a seed replays a run
/// on every platform. Peers need different seeds; the owner takes them from the system's entropy.
namespace mdp::engine {

/// How a backoff grows and when it forgets. Needs 0 < min <= max and 0 <= jitter <= 1.
struct backoff_config {
  duration min = defaults::reconnect_min; ///< First pause.
  duration max = defaults::reconnect_max; ///< Longest pause, before jitter.
  /// Each pause is multiplied by a factor from [1 - jitter, 1 + jitter].
  double jitter = defaults::reconnect_jitter;
  /// A conversation that lasted this long was a success.
  duration reset_after = defaults::reconnect_reset;
};

/// Exponential pauses with jitter. Not synchronised.
class backoff {
public:
  /// Asserts what `backoff_config` needs; a configuration file is validated before.
  backoff(const backoff_config& config, std::uint64_t seed) noexcept;

  /// The pause before the next try. Each call doubles the next answer, up to the longest.
  duration next() noexcept;

  /// Tells how long the last conversation went well (0 if nothing was ever heard). If it was long
  /// enough, the next pause is the first again.
  void lasted(duration conversation) noexcept;

  /// Pauses handed out since the last success; for a log line.
  [[nodiscard]] std::uint32_t failures() const noexcept { return failures_; }

private:
  double random_factor() noexcept;

  backoff_config config_;
  duration pause_;
  std::uint64_t generator_;
  std::uint32_t failures_ = 0;
};

} // namespace mdp::engine
