#pragma once

#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/current.hpp"
#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/io_actor.hpp"
#include "mdp/actors/io/loop_host.hpp"
#include "mdp/actors/supervision/child_spec.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

/// What the three runtimes share: an actor system, the loops' host and a root supervisor over an I/O
/// actor and whatever else the runtime is made of. Internal: it shows CAF.
namespace mdp::actors {

class actor_tree {
public:
  /// In an actor system of its own, with `scheduler_threads` for whatever does not run on a loop. There is a
  /// loop for each of `io`, one at least.
  actor_tree(std::size_t scheduler_threads, std::vector<io_config> io);

  /// In `system`, which must outlive it and stays as it was when the tree has ended.
  actor_tree(caf::actor_system& system, std::vector<io_config> io);

  /// Stops the tree if that has not been done.
  ~actor_tree();
  actor_tree(const actor_tree&) = delete;
  actor_tree& operator=(const actor_tree&) = delete;

  /// Starts the root (rest for one: a lost loop restarts everything that lives on it) with the I/O
  /// actors as the first children and `others` behind them. `on_ended` is called once from some thread
  /// when the root has ended; `failed` says that it was not asked to. Once.
  void start(std::vector<child_spec> others, std::function<void(bool failed)> on_ended);

  /// Asks the root to stop all children in their order, and waits until they are gone. Thread-safe;
  /// at once from the second call on, and when the tree never started.
  void stop();

  /// The I/O actors, one for each loop; set before the first of the other children starts, and again at
  /// each restart. Thread-safe.
  [[nodiscard]] std::vector<io_actor> loops() const;
  /// The first of them.
  [[nodiscard]] io_actor io() const { return loops_.front().io->get(); }
  /// The root, until the tree is stopped. Thread-safe.
  [[nodiscard]] supervisor_actor root() const {
    const std::lock_guard guard(mutex_);
    return root_;
  }
  /// What the tree looks like. Thread-safe.
  [[nodiscard]] std::shared_ptr<const tree_node> node() const noexcept { return node_; }
  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }
  /// See `io::loop_host`.
  [[nodiscard]] std::shared_ptr<std::atomic<std::size_t>> adoptions() const noexcept {
    return host_.adoptions();
  }
  /// See `io::loop_host`. Thread-safe.
  [[nodiscard]] std::size_t load() const { return host_.load(); }

private:
  struct own_system {
    explicit own_system(std::size_t threads) : config((init(), threads)), system(config) {}
    system_config config;
    caf::actor_system system;
  };

  std::unique_ptr<own_system> own_; // null in somebody else's
  caf::actor_system& system_;
  struct loop {
    io_config config;
    std::shared_ptr<current<io_actor>> io = std::make_shared<current<io_actor>>();
  };
  static std::vector<loop> loops_of(std::vector<io_config> configs);
  [[nodiscard]] child_spec io_child(std::size_t index);

  io::loop_host host_;
  std::vector<loop> loops_; // never changes
  std::shared_ptr<tree_node> node_ = std::make_shared<tree_node>("root");
  mutable std::mutex mutex_;
  supervisor_actor root_;
  std::shared_future<void> ended_;
};

} // namespace mdp::actors
