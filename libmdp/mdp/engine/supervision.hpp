#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/restart_window.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <variant>

/// What becomes of a supervisor's children, in the sense of Erlang/OTP: which are started and stopped
/// in which order, when a failed one comes back, and when the supervisor itself gives up.
///
///     a child that must come back      | one_for_one | rest_for_one            | one_for_all
///     ---------------------------------+-------------+-------------------------+----------------------
///     its siblings                     | stay        | later ones are stopped  | all are stopped
///     after the pause                  | it starts   | it and they start       | all start
///
/// Children have places in the order in which they were added. Stopping goes from the last to the
/// first, one at a time, and each has its grace before it is killed; starting goes from the first to
/// the last. Those that are adopted while the supervisor runs know no order among each other: they are
/// stopped together, before the others, and do not come back with them.
///
///     child:  DOWN ─ start ─► RUNNING ─ ended ─► forgotten | WAITING (pause) ─► RUNNING
///                                │ stop                                            │
///                                ▼                                                 │
///                             STOPPING ─ ended ─► DOWN ◄── all at once, not lasting ┘
///                                └─ grace over: killed
///
///     whole:  RUNNING ─ one must come back, not alone ─► RESTARTING ─ all stopped, pause ─► RUNNING
///                └──── stop(), or too many restarts ───► STOPPING ── all stopped ──► ended
///
/// The owner starts, stops and kills as `actions()` say, calls ended() for whatever has ended (also
/// for what could not be started), and tick() at `next_deadline()`.
namespace mdp::engine {

/// Whether a child is started again after it has ended.
enum class restart_type : std::uint8_t {
  permanent, ///< always
  transient, ///< if it failed
  temporary, ///< never: its end is news, not a loss
};

/// What a child's restart means for its siblings.
enum class restart_strategy : std::uint8_t {
  one_for_one,  ///< nothing
  one_for_all,  ///< all others are stopped, and all are started again in their order
  rest_for_one, ///< those behind it are stopped, and it and they are started again in their order
};

[[nodiscard]] const char* to_string(restart_type type) noexcept;
[[nodiscard]] const char* to_string(restart_strategy strategy) noexcept;

/// An `intensity` for children whose ends are part of life (a worker that reconnects).
inline constexpr std::uint32_t unlimited_restarts = restart_window::unlimited;

struct supervision_config {
  restart_strategy strategy = restart_strategy::one_for_one;
  /// More restarts than this within `period` and the supervisor gives up.
  std::uint32_t intensity = defaults::restart_intensity;
  duration period = defaults::restart_period;
  std::uint64_t seed = 0; ///< For the jitter of pauses.
};

struct child_rules {
  restart_type restart = restart_type::permanent;
  /// Pauses before restarts. A child that ran for `reset_after` starts with the shortest again.
  backoff_config pause;
  /// How long it may take to end when it is asked to; then it is killed.
  duration grace = defaults::shutdown_grace;
  /// It is stopped together with all others that say so, before the rest.
  bool stops_together = false;
  /// It has children of its own that outlive its failures. So it cannot be left out of an orderly end
  /// while it waits for its restart: it starts at once, to be stopped with all that is below it.
  bool is_lasting = false;
};

/// A child's place: given once, never used again.
using child_place = std::uint64_t;

struct start_child {
  child_place child = 0;
};
struct stop_child {
  child_place child = 0;
};
struct kill_child {
  child_place child = 0;
};
/// It has ended and will not come back.
struct forget_child {
  child_place child = 0;
};
/// The end; the last action. It failed if a child had to come back too often.
struct supervision_ended {
  bool failed = false;
};

using supervision_action =
  std::variant<start_child, stop_child, kill_child, forget_child, supervision_ended>;

class supervision {
public:
  explicit supervision(const supervision_config& config)
      : config_(config), window_(config.intensity, config.period) {}

  /// A child that begin() starts.
  child_place add(const child_rules& rules);

  /// Starts what was added, in its order. Once.
  void begin(time_point now);

  /// Takes in a child that runs already. While everything stops it is asked to go at once.
  child_place adopt(const child_rules& rules, time_point now);

  /// The child has ended, or could not be started.
  void ended(child_place child, bool failed, time_point now);

  /// The child ends by agreement with others: however it does, it is not started again.
  void release(child_place child);

  /// Stops everything.
  void stop(time_point now);

  void tick(time_point now);
  [[nodiscard]] time_point next_deadline() const noexcept;

  [[nodiscard]] action_list<supervision_action>& actions() noexcept { return actions_; }
  [[nodiscard]] std::size_t size() const noexcept { return children_.size(); }
  [[nodiscard]] bool has_ended() const noexcept { return phase_ == phase::ended; }
  [[nodiscard]] bool has_given_up() const noexcept { return has_failed_; }
  [[nodiscard]] const supervision_config& config() const noexcept { return config_; }

private:
  enum class phase : std::uint8_t { running, restarting, stopping, ended };
  enum class state : std::uint8_t { down, running, stopping, waiting };

  struct child {
    child(const child_rules& how, std::uint64_t seed) : rules(how), pauses(how.pause, seed) {}

    child_rules rules;
    backoff pauses;
    state now = state::down;
    time_point started_at{};
    time_point due = never; // of its start while it waits, of its death while it stops
    bool is_adopted = false;
    bool is_released = false;
    bool is_given_up = false;       // while it stops: however it ends, it does not start once more
    bool has_left_children = false; // that live on while it is down
  };
  using place = std::map<child_place, child>::iterator;

  place insert(const child_rules& rules);
  void start(place where, time_point now);
  void ask_to_stop(place where, time_point now);
  void set_due(place where, time_point due);
  void forget(place where);
  void restart(place where, time_point now);
  void stop_from(child_place first, phase why, time_point now);
  void stop_next(time_point now);
  void all_are_down(time_point now);
  [[nodiscard]] bool comes_back(const child& c, bool failed) const noexcept;

  supervision_config config_;
  restart_window window_;
  phase phase_ = phase::running;
  bool has_failed_ = false;
  child_place next_place_ = 1;
  std::map<child_place, child> children_;
  std::set<std::pair<time_point, child_place>> timers_;
  child_place affected_from_ = 0;     // while restarting or stopping: those from there on
  std::size_t stopping_together_ = 0; // of these, those that were asked all at once
  duration pause_{};                  // until what was stopped starts again
  time_point all_due_ = never;
  action_list<supervision_action> actions_;
};

} // namespace mdp::engine
