#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/child_spec.hpp"
#include "mdp/actors/supervision/restart_window.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace mdp::actors {

/// A supervisor in the sense of Erlang/OTP, which CAF does not have. It starts its children in the
/// order of its spec, hears of their ends, starts them again as their restart type and its strategy
/// say, after a pause, and gives up when that happens too often.
///
///     running ──► child failed ──► one_for_one: pause, start it again
///        │             └─────────► one_for_all: stop the others, pause, start all again
///        ├── stop, or too many restarts ──► stopping: adopted children together, then the others
///        │                                  one by one from the last to the first ──► ended
///        └── killed, or failed itself ──► its children are killed
///
/// Children that are adopted at run time (sessions, connections, queues) have no order among each
/// other and are stopped together, before those of the spec.
class supervisor_state {
public:
  using handle = supervisor_actor;
  static constexpr const char* name = "supervisor";
  static constexpr run_on where = run_on::scheduler;

  supervisor_state(handle::pointer self, supervisor_spec spec);
  ~supervisor_state();
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  handle::behavior_type make_behavior();

private:
  enum class phase : std::uint8_t { running, restarting_all, stopping };

  struct child {
    child(child_spec how, std::uint64_t seed) : spec(std::move(how)), pauses(spec.pause, seed) {}

    child_spec spec;
    engine::backoff pauses;
    stoppable_actor running;       // null while it is down
    std::uint64_t incarnation = 0; // its actor id, never used twice
    time_point started_at{};
    bool is_adopted = false;
    bool stops_together = false;
    bool is_released = false;
    bool was_asked_to_stop = false;
  };
  using place = std::uint64_t; // order of first start; the key of children_

  void start(place where, child& c);
  void watch(place where, child& c, stoppable_actor running);
  void adopt(adopt_child& request);
  void on_down(const child_down& news);
  void restart_one(place where, child& c);
  void restart_all(child& failed);
  void give_up(const child& failed);
  void on_restart_due(std::uint64_t incarnation);
  void on_gone(child& c) noexcept;
  void stop_all(phase why);
  void stop_next();
  void ask_to_stop(child& c);
  void on_grace_over(std::uint64_t incarnation);

  [[nodiscard]] std::uint64_t next_seed();

  handle::pointer self_;
  supervisor_spec spec_;
  restart_window window_;
  phase phase_ = phase::running;
  bool has_failed_ = false;
  place next_place_ = 0;
  std::uint64_t failed_starts_ = 0;
  std::size_t running_together_ = 0; // those that are stopped at once
  std::map<place, child> children_;
  std::unordered_map<std::uint64_t, place> by_incarnation_;
  duration restart_pause_{};
};

/// The message to a supervisor that says: watch this one, and start nothing in its place when it ends
/// unless `spec` says so.
[[nodiscard]] adopt_child adopt_temporary(stoppable_actor child, std::string_view name);

} // namespace mdp::actors
