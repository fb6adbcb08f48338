#pragma once

#include <utility>
#include <variant>
#include <vector>

namespace mdp::engine {

/// What an engine has decided and its owner has still to carry out, in order. Every engine has one;
/// the owner drains it after each call into the engine. It keeps its memory, so a busy engine does
/// not allocate for it.
template <class Action>
class action_list {
public:
  template <class Decision>
  void push(Decision&& decision) {
    actions_.emplace_back(std::forward<Decision>(decision));
  }

  /// The same for one that is filled in then, by what does not throw, so that it is not made elsewhere and moved in.
  template <class Decision>
  Decision& add() {
    return std::get<Decision>(actions_.emplace_back(std::in_place_type<Decision>));
  }

  [[nodiscard]] bool empty() const noexcept { return actions_.empty(); }

  /// Hands each action to `visit`, which may call the engine again: what that adds comes next, also
  /// when it drains the list itself.
  template <class Visitor>
  void drain(Visitor&& visit) {
    if (!draining_.empty())
      return; // called by a visitor; the outer call goes on
    while (!actions_.empty()) {
      std::swap(actions_, draining_);
      try {
        for (auto& action : draining_)
          visit(std::move(action));
      } catch (...) {
        draining_.clear(); // or no later call would ever get through
        throw;
      }
      draining_.clear();
    }
  }

private:
  std::vector<Action> actions_;
  std::vector<Action> draining_;
};

} // namespace mdp::engine
