#include "mdp/actors/runtime/actor_tree.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/supervisor.hpp"
#include "mdp/actors/user_messages.hpp"
#include "mdp/assert.hpp"

#include <caf/send.hpp>

#include <random>
#include <string>

namespace mdp::actors {

actor_tree::actor_tree(std::size_t scheduler_threads, std::vector<io_config> io)
    : own_(std::make_unique<own_system>(scheduler_threads)),
      system_(own_->system),
      host_(system_),
      loops_(loops_of(std::move(io))) {}

actor_tree::actor_tree(caf::actor_system& system, std::vector<io_config> io)
    : system_(system), host_(system_), loops_(loops_of(std::move(io))) {}

actor_tree::~actor_tree() {
  stop();
  for (const auto& each : loops_)
    each.io->set({});
}

std::vector<actor_tree::loop> actor_tree::loops_of(std::vector<io_config> configs) {
  MDP_ASSERT(!configs.empty());
  std::vector<loop> loops;
  for (auto& config : configs)
    loops.push_back({std::move(config)});
  return loops;
}

std::vector<io_actor> actor_tree::loops() const {
  std::vector<io_actor> all;
  for (const auto& each : loops_)
    all.push_back(each.io->get());
  return all;
}

child_spec actor_tree::io_child(std::size_t index) {
  const auto& its = loops_[index];
  child_spec io;
  io.name = index == 0 ? "io" : "io " + std::to_string(index + 1);
  io.start = [this, &its](caf::local_actor& parent) {
    its.io->set(spawn_state<io_state>(parent, its.config, std::ref(host_)));
    return stoppable_actor{its.io->get()};
  };
  io.grace = its.config.flush_grace + defaults::shutdown_grace;
  return io;
}

void actor_tree::start(std::vector<child_spec> others, std::function<void(bool failed)> on_ended) {
  supervisor_spec spec;
  spec.name = "root";
  spec.strategy = restart_strategy::rest_for_one;
  spec.node = node_;
  spec.seed = std::random_device{}();
  for (std::size_t i = 0; i < loops_.size(); ++i)
    spec.children.push_back(io_child(i));
  for (auto& other : others)
    spec.children.push_back(std::move(other));
  auto ended = std::make_shared<std::promise<void>>();
  const std::lock_guard guard(mutex_);
  ended_ = ended->get_future().share();
  root_ = spawn_state<supervisor_state>(system_, std::move(spec));
  root_->attach_functor([ended, on_ended = std::move(on_ended)](const caf::error& reason) {
    if (on_ended)
      on_ended(exit_kind_of(reason).failed);
    ended->set_value();
  });
}

void actor_tree::stop() {
  supervisor_actor root;
  std::shared_future<void> ended;
  {
    const std::lock_guard guard(mutex_);
    root = std::exchange(root_, {});
    ended = ended_;
  }
  if (root)
    post(root, mdp::actors::stop{});
  if (ended.valid())
    ended.wait();
}

} // namespace mdp::actors
