#pragma once

#include "mdp/engine/pending_jobs.hpp"
#include "mdp/engine/sticky_ring.hpp"
#include "mdp/ids.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

/// Which sink of a service gets the next job.
///
///     policy               | order of the sinks with room                       | for
///     ---------------------+----------------------------------------------------+-------------------------
///     least-recently-used  | fewest in flight, then idle for longest (7-4)      | everything; the default
///     round-robin          | fewest in flight, then in turns                    | equal shares, whoever is quick
///     random               | fewest in flight, then by chance                   | no rhythm to fall in with
///     fewest-in-flight     | fewest in flight, then here for longest            | warm caches: late-comers rest
///     least-loaded         | lowest load with what it was given since           | machines that do other work
///     sticky               | the one the key leads to, or the next on the ring  | state or caches by key
///
/// So workers are filled evenly before any is filled deeply, but for the last two, which say
/// otherwise. A policy only orders: a sink with room never stands beside a waiting job.
///
/// Least loaded: a sink says its load now and then (`report_load`), in thousandths of what its machine
/// can do. Between two reports each job it is given adds `defaults::load_per_job`, whether it is done
/// already or not, so that the least loaded is not stampeded by all that come until its next word.
/// At a report what is in flight counts again. Who never says anything counts as fully loaded, plus
/// what it holds.
///
/// Sticky: jobs of one key go to one sink as long as it is there and has room. Keys are spread over a
/// ring, so a sink that comes takes over its share of keys and leaves all others where they are. If
/// the sink is full the job goes to the next one on the ring; after some steps to whoever is free.
///
/// The orders that need no key are ranks in a sorted set: to choose is to take the first, for any of
/// them, and the default pays for none of the others.
namespace mdp::engine {

enum class dispatch : std::uint8_t {
  least_recently_used,
  round_robin,
  random,
  fewest_in_flight,
  least_loaded,
  sticky,
};

inline constexpr std::size_t dispatch_count = static_cast<std::size_t>(dispatch::sticky) + 1;

/// The policy's name, as in configuration and listings.
[[nodiscard]] std::string_view to_string(dispatch policy) noexcept;

struct dispatch_config {
  dispatch policy = dispatch::least_recently_used;
  std::uint64_t seed = 0; ///< Of `random`: the same seed draws the same.
  /// Of `sticky`: the body frame that is the key, counted from 1. 0, or a body without that frame:
  /// the client's address.
  std::uint32_t key_frame = 0;
};

/// What a policy knows of one sink.
struct sink_state {
  std::uint32_t capacity = 1;
  std::uint32_t in_flight = 0;
  std::uint64_t turn = 0;            ///< Its place among equals; what that means is the policy's.
  std::optional<std::uint32_t> load; ///< As it last said, in thousandths.
  std::uint32_t given = 0;           ///< Jobs in flight then, and all it was given since.
  queued_job* jobs = nullptr;        ///< In flight, the latest first.

  [[nodiscard]] bool has_room() const noexcept { return in_flight < capacity; }
};

/// A sink's place; the lowest is next.
struct sink_rank {
  std::uint64_t level = 0;
  std::uint64_t turn = 0;
  sink_id sink;
  friend auto operator<=>(const sink_rank&, const sink_rank&) = default;
};

/// The order of one service's sinks. Not synchronised.
class dispatch_policy {
public:
  explicit dispatch_policy(const dispatch_config& config) : config_(config), draws_(config.seed) {}

  [[nodiscard]] const dispatch_config& config() const noexcept { return config_; }

  // -- what happens to a sink; its rank changes with each call ------------------------------------

  void added(sink_id sink, sink_state& state);
  void booked(sink_state& state) noexcept;
  void released(sink_state& state) noexcept;
  void reported(sink_state& state, std::uint32_t load) noexcept;
  void removed(sink_id sink);

  // -- the choice ---------------------------------------------------------------------------------

  [[nodiscard]] sink_rank rank_of(sink_id sink, const sink_state& state) const noexcept {
    return {config_.policy == dispatch::least_loaded ? corrected_load(state) : state.in_flight,
            state.turn, sink};
  }

  /// Who of `with_room`, which is not empty, gets `what`. `room_of(sink)` is the rank of a sink that
  /// has room, nothing for one that has not.
  template <class RoomOf>
  [[nodiscard]] std::set<sink_rank>::iterator choose(const std::set<sink_rank>& with_room,
                                                     const job& what, RoomOf&& room_of) {
    if (config_.policy == dispatch::random)
      return any_of_the_first(with_room);
    if (config_.policy == dispatch::sticky)
      if (const auto sink = sticky_sink(what, room_of))
        return with_room.find(*room_of(*sink));
    return with_room.begin();
  }

  /// The sink with room that the key of `what` leads to; nothing if that is not near, or the policy
  /// is another one.
  template <class RoomOf>
  [[nodiscard]] std::optional<sink_id> sticky_sink(const job& what, RoomOf&& room_of) const {
    return ring_.find(key_of(what), [&](sink_id sink) { return room_of(sink).has_value(); });
  }

  /// A sink's load in thousandths, with what it was given since it last said so.
  [[nodiscard]] static std::uint64_t corrected_load(const sink_state& state) noexcept;

private:
  [[nodiscard]] std::uint64_t key_of(const job& what) const noexcept;
  [[nodiscard]] std::set<sink_rank>::iterator
  any_of_the_first(const std::set<sink_rank>& with_room) noexcept;
  [[nodiscard]] std::uint64_t draw() noexcept;

  dispatch_config config_;
  std::uint64_t turns_ = 0; // a counter, not a time: only the order matters
  std::uint64_t draws_;
  sticky_ring ring_; // empty unless sticky
};

} // namespace mdp::engine
