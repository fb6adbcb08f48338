#pragma once

#include "mdp/actors/broker/broker_tree.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/runtime/first_binds.hpp"
#include "mdp/actors/runtime/loop_configs.hpp"

#include <caf/actor_cast.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mdp::test {

/// A broker on real sockets whose inside the test can reach.
class open_broker {
public:
  explicit open_broker(actors::broker_tree parts = {}, std::size_t loops = 1)
      : loops_(actors::loop_configs(at_any_port(), loops)), tree_(2, loops_) {
    const auto bound = std::make_shared<actors::first_binds>(loops);
    auto outcome = bound->outcome();
    for (const auto& loop : loops_)
      loop.bind->on_first_bind = [bound](const actors::bind_error* failure) {
        bound->note(failure);
      };
    parts.counters = loops_.front().counters;
    parts.registry = registry_;
    parts.tree = tree_.node();
    parts.adoptions = tree_.adoptions();
    tree_.start({actors::broker_spec(std::move(parts), [this] { return tree_.loops(); })}, {});
    if (const auto problem = outcome.get(); !problem.empty())
      throw std::runtime_error(problem);
    endpoint_ = loops_.front().bind->endpoints.front();
  }

  ~open_broker() {
    registry_->set({});
    tree_.stop();
  }

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] actors::io_actor io() const { return tree_.io(); }
  [[nodiscard]] std::vector<actors::io_actor> loops() const { return tree_.loops(); }
  [[nodiscard]] actors::service_registry_actor registry() const { return registry_->get(); }
  [[nodiscard]] const actors::broker_counters& counters() const { return *loops_.front().counters; }
  /// New peers whose supervisor has not heard of them.
  [[nodiscard]] std::size_t adoptions() const { return *tree_.adoptions(); }
  /// What the loop has read and the actors are not done with.
  [[nodiscard]] std::size_t load() const { return tree_.load(); }
  [[nodiscard]] actors::tree_report tree() const { return tree_.node()->report(); }

  /// All that run under this name, wherever in the tree.
  [[nodiscard]] std::vector<actors::stoppable_actor> find(std::string_view name) const {
    std::vector<actors::stoppable_actor> found;
    look_below(tree_.root(), name, found);
    return found;
  }

private:
  static void look_below(const actors::supervisor_actor& supervisor, std::string_view name,
                         std::vector<actors::stoppable_actor>& found) {
    auto answer = std::make_shared<std::promise<std::vector<actors::running_child>>>();
    auto children = answer->get_future();
    // The promise is the message's alone: a supervisor that ends first breaks it.
    actors::post(supervisor, actors::list_children{[answer = std::exchange(answer, nullptr)](
                                                     std::vector<actors::running_child> running) {
                   answer->set_value(std::move(running));
                 }});
    std::vector<actors::running_child> running;
    try {
      running = children.get();
    } catch (const std::future_error&) {
      return;
    }
    for (const auto& child : running) {
      if (child.name == name)
        found.push_back(child.actor);
      if (child.is_supervisor)
        look_below(caf::actor_cast<actors::supervisor_actor>(child.actor), name, found);
    }
  }

  static actors::io_config at_any_port() {
    actors::io_config config;
    config.bind->endpoints = {"tcp://127.0.0.1:*"};
    return config;
  }

  std::vector<actors::io_config> loops_;
  std::shared_ptr<actors::current<actors::service_registry_actor>> registry_ =
    std::make_shared<actors::current<actors::service_registry_actor>>();
  std::string endpoint_;
  actors::actor_tree tree_;
};

} // namespace mdp::test
