#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/deadline_timer.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/child_spec.hpp"
#include "mdp/engine/supervision.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace mdp::actors {

/// What a supervisor knows. It can outlive its actor, so that one that is killed is back with all its
/// children, which did not notice (`lasting_child`). Belongs to the actor that runs.
struct supervisor_memory {
  explicit supervisor_memory(supervisor_spec spec);

  struct child {
    child_spec spec;
    stoppable_actor running;       // null while it is down
    std::uint64_t incarnation = 0; // its actor id, never used twice
  };

  supervisor_spec spec;
  engine::supervision engine;
  std::unordered_map<engine::child_place, child> children;
  std::unordered_map<std::uint64_t, engine::child_place> by_incarnation;
  std::uint64_t failed_starts = 0;
  bool has_begun = false;
  bool is_void = false;             ///< Its children are gone with its actor.
  std::shared_ptr<succession> line; ///< Null unless it outlives its actor.
};

/// A supervisor in the sense of Erlang/OTP, which CAF does not have. It starts its children in the
/// order of its spec, hears of their ends, starts them again as their restart type and its strategy
/// say, after a pause, and gives up when that happens too often. All that is decided by
/// `engine::supervision`.
///
/// Children that are adopted at run time (sessions, connections, queues) have no order among each
/// other and are stopped together, before those of the spec. A supervisor that is killed, or fails
/// itself, takes its children with it, unless it is a lasting one.
class supervisor_state {
public:
  using handle = supervisor_actor;
  static constexpr const char* name = "supervisor";
  static constexpr run_on where = run_on::scheduler;

  supervisor_state(handle::pointer self, supervisor_spec spec);
  supervisor_state(handle::pointer self, std::shared_ptr<supervisor_memory> memory);
  ~supervisor_state();
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  handle::behavior_type make_behavior();

  [[nodiscard]] std::shared_ptr<succession> line() const { return memory_->line; }

private:
  void carry_out();
  void start(engine::child_place where);
  void watch(engine::child_place where, stoppable_actor running);
  void adopt(adopt_child& request);
  void on_down(const child_down& news);
  void forget(engine::child_place where);
  void end(bool failed);
  void show(engine::child_place where, bool is_running);

  handle::pointer self_;
  std::shared_ptr<supervisor_memory> memory_;
  deadline_timer timer_;
};

/// The message to a supervisor that says: `child` runs already, supervise it by `spec`. Should the
/// supervisor have ended, the child ends, too.
[[nodiscard]] adopt_child adoption_of(stoppable_actor child, child_spec spec);

/// The message to a supervisor that says: watch this one, and start nothing in its place when it ends
/// unless `spec` says so.
[[nodiscard]] adopt_child adopt_temporary(stoppable_actor child, std::string_view name);

/// The spec of a child that is a supervisor itself: each start begins it anew. `started` is told its
/// handle.
[[nodiscard]] child_spec supervisor_child(supervisor_spec spec,
                                          std::function<void(supervisor_actor)> started = {});

/// The same for a supervisor whose children survive it: one that is killed or fails itself is back
/// with all of them. One that was stopped, or gave up, begins anew with what `make` says then.
[[nodiscard]] child_spec lasting_child(std::string name, std::function<supervisor_spec()> make,
                                       std::function<void(supervisor_actor)> started = {});

} // namespace mdp::actors
