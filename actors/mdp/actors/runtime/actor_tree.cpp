#include "mdp/actors/runtime/actor_tree.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <caf/send.hpp>

#include <random>

namespace mdp::actors {

actor_tree::actor_tree(std::size_t scheduler_threads, io_config io)
    : own_(std::make_unique<own_system>(scheduler_threads)),
      system_(own_->system),
      host_(system_),
      io_config_(std::move(io)) {}

actor_tree::actor_tree(caf::actor_system& system, io_config io)
    : system_(system), host_(system_), io_config_(std::move(io)) {}

actor_tree::~actor_tree() {
  stop();
  io_->set({});
}

void actor_tree::start(std::vector<child_spec> others, std::function<void(bool failed)> on_ended) {
  supervisor_spec spec;
  spec.name = "root";
  spec.strategy = restart_strategy::rest_for_one;
  spec.node = node_;
  spec.seed = std::random_device{}();
  child_spec io;
  io.name = "io";
  io.start = [this](caf::local_actor& parent) {
    io_->set(spawn_state<io_state>(parent, io_config_, std::ref(host_)));
    return stoppable_actor{io_->get()};
  };
  io.grace = io_config_.flush_grace + defaults::shutdown_grace;
  spec.children.push_back(std::move(io));
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
