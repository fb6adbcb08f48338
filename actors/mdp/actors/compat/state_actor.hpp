#pragma once

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/frequent.hpp"
#include "mdp/actors/compat/interface.hpp"
#include "mdp/actors/compat/loop_door.hpp"
#include "mdp/actors/compat/loop_hold.hpp"
#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/succession.hpp"

#include <caf/actor_config.hpp>
#include <caf/local_actor.hpp>
#include <caf/spawn_options.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

namespace mdp::actors {

/// A state whose actor is followed by another one when it fails.
template <class State>
concept has_heirs = requires(const State& state) {
  { state.line() } -> std::convertible_to<std::shared_ptr<succession>>;
};

/// A state that handles some messages past CAF's table of handlers.
template <class State>
concept has_frequent_messages = requires {
  typename State::frequent;
};

/// Where an actor runs when somebody on the loop's thread wakes it.
enum class run_on {
  loop,      ///< right there, in the same turn: the broker's own actors
  scheduler, ///< on CAF's threads: whatever may be slow, and the user's
};

/// An actor made of a plain state class. `State` has
///
///     using handle = ...;                      // its typed handle
///     static constexpr const char* name = ...;
///     static constexpr run_on where = ...;
///     State(handle::pointer self, ...);        // arguments of spawn_state()
///     handle::behavior_type make_behavior();   // one lambda a message, each a call of a member
///
/// and may have a list of those that come with each request, `frequent` (`frequent.hpp`).
///
/// A state with a function `line()` has heirs: what is in its mailbox when it fails, and all that is
/// sent to it later, goes to the next actor of that line (`succession.hpp`). Null: it has none.
///
/// The state is destroyed when the actor ends, not when the last handle goes, so that actors which
/// know each other do not keep each other in memory.
template <class State>
class state_actor : public State::handle::base, public loop_recipient {
public:
  using super = typename State::handle::base;

  template <class... Ts>
  explicit state_actor(caf::actor_config& config, Ts&&... arguments) : super(config) {
    state_.emplace(this, std::forward<Ts>(arguments)...);
    if constexpr (has_heirs<State>)
      line_ = state_->line();
  }

  [[nodiscard]] const char* name() const override { return State::name; }

  /// CAF's own word for an actor that belongs to an I/O loop; see `loop_unit`.
  [[nodiscard]] caf::resumable::subtype_t subtype() const override {
    return State::where == run_on::loop ? caf::resumable::io_actor
                                        : caf::resumable::scheduled_actor;
  }

  void on_exit() override { state_.reset(); }

  using super::enqueue;

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* unit) override {
    if constexpr (State::where == run_on::loop) {
      if (hold_.take(*this, what, unit))
        return;
      unit = home_.or_else(unit);
    }
    if (!line_)
      return super::enqueue(std::move(what), unit);
    if (!door_.enter())
      return line_->forward(this->id(), std::move(what), unit);
    super::enqueue(std::move(what), unit);
    door_.leave();
  }

  caf::resumable::resume_result resume(caf::execution_unit* unit,
                                       std::size_t max_messages) override {
    if constexpr (State::where == run_on::loop)
      home_.resumed_by(unit);
    return super::resume(unit, max_messages);
  }

  caf::invoke_message_result consume(caf::mailbox_element& what) override {
    if constexpr (has_frequent_messages<State>) {
      this->current_mailbox_element(&what);
      if (this->has_behavior() && State::frequent::handle(*state_, what))
        return caf::invoke_message_result::consumed;
    }
    return super::consume(what);
  }

  void take_message(caf::mailbox_element_ptr what, loop_unit& loop) override {
    home_.resumed_by(&loop);
    hold_.hand(*this, std::move(what), loop);
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* unit) override {
    auto left = hold_.withdraw(*this);
    if (line_) {
      door_.close();
      if (exit_kind_of(reason).failed)
        line_->bequeath(this->id(), close_and_collect(this->mailbox(), std::move(left)));
      else
        line_->end();
    }
    return super::cleanup(std::move(reason), unit);
  }

protected:
  typename State::handle::behavior_type make_behavior() override { return state_->make_behavior(); }

private:
  std::optional<State> state_;
  std::shared_ptr<succession> line_; // null: none
  mailbox_door door_;
  loop_home home_; // of those that belong to a loop, as is the next
  loop_hold hold_;
};

/// Starts an actor with `State` as a child of `parent`'s thread: if `parent` runs on the loop and
/// the new one belongs there, so will its first turn.
template <class State, class... Ts>
typename State::handle spawn_state(caf::local_actor& parent, Ts&&... arguments) {
  return parent.spawn<state_actor<State>>(std::forward<Ts>(arguments)...);
}

/// Starts an actor with `State` from outside of all actors.
template <class State, class... Ts>
typename State::handle spawn_state(caf::actor_system& system, Ts&&... arguments) {
  return system.spawn<state_actor<State>>(std::forward<Ts>(arguments)...);
}

} // namespace mdp::actors
