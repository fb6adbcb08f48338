#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/supervision/child_spec.hpp"

#include <caf/actor_system.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace mdp::actors {

/// A branch whose children are added from outside, before it runs or while it does, and that has them
/// all again when it is started again. They do not need each other, and fail as often as they like:
/// their pauses are what protects the rest. Thread-safe; must outlive the branch.
class child_roster {
public:
  /// `name` for logs; `grace` is how long the branch may take to stop.
  child_roster(std::string name, duration grace) : name_(std::move(name)), grace_(grace) {}
  child_roster(const child_roster&) = delete;
  child_roster& operator=(const child_roster&) = delete;

  /// Adds a child; if the branch runs it is started at once, by the caller's thread, and lets through
  /// what its start throws. False if the roster is closed: then nothing is done.
  bool add(caf::actor_system& system, child_spec child);

  /// The branch, as one child of another supervisor.
  [[nodiscard]] child_spec branch();

  /// No child is added from now on; the branch is about to be stopped for good.
  void close();

private:
  stoppable_actor start(caf::local_actor& parent);

  std::string name_;
  duration grace_;
  std::mutex mutex_;
  std::vector<child_spec> children_;
  supervisor_actor running_;
  bool is_closed_ = false;
};

/// A supervisor for children that are stopped together and may fail without end.
[[nodiscard]] supervisor_spec independent_children(std::string name);

} // namespace mdp::actors
