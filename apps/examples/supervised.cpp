// Supervision for your own actors: a counter that fails at every third number is started again each
// time, keeps its count in a store beside the actor, and loses no message but the one it failed of.
//
//     supervised

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <caf/actor_system.hpp>

#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>

struct add_number {
  int value = 0;
};
MDP_MESSAGE(add_number)

namespace {

using namespace mdp::actors;

/// It can be asked to stop, like all that a supervisor holds, and it takes numbers.
using counter_actor = stoppable_actor::extend<takes<add_number>>;

struct counter_state {
  using handle = counter_actor;
  static constexpr const char* name = "counter";
  static constexpr run_on where = run_on::scheduler;

  /// What outlives the actor.
  struct store {
    int sum = 0;
    std::promise<int> done;
    std::shared_ptr<succession> line = std::make_shared<succession>();
  };

  counter_state(handle::pointer s, std::shared_ptr<store> k) : self(s), kept(std::move(k)) {}

  handle::behavior_type make_behavior() {
    return {
      [this](stop) { end_normally(self); },
      [this](const add_number& number) {
        if (number.value % 3 == 0)
          throw std::runtime_error("no threes, please");
        kept->sum += number.value;
        if (number.value == 10)
          kept->done.set_value(kept->sum);
      },
    };
  }

  /// With this, what is in the mailbox of one that failed goes to the next.
  [[nodiscard]] std::shared_ptr<succession> line() const { return kept->line; }

  handle::pointer self;
  std::shared_ptr<store> kept;
};

} // namespace

int main() {
  init();
  system_config config(2);
  caf::actor_system system(config);
  const auto kept = std::make_shared<counter_state::store>();
  const auto first = std::make_shared<std::promise<counter_actor>>();

  child_spec counter;
  counter.name = "counter";
  counter.restart = restart_type::transient; // again if it fails, not if it ends
  counter.pause.min = std::chrono::milliseconds(1);
  counter.line = kept->line;
  counter.start = [kept, first, is_first = true](caf::local_actor& supervisor) mutable {
    const auto started = spawn_state<counter_state>(supervisor, kept);
    if (std::exchange(is_first, false))
      first->set_value(started);
    return stoppable_actor{started};
  };

  supervisor_spec spec;
  spec.name = "example";
  spec.strategy = restart_strategy::rest_for_one; // of use with more children than one
  spec.node = std::make_shared<tree_node>(spec.name);
  spec.children = {counter};
  const auto supervisor = spawn_state<supervisor_state>(system, spec);

  const auto handle = first->get_future().get(); // leads to whoever lives, for good
  for (int i = 1; i <= 10; ++i)
    post(handle, add_number{i});
  std::cout << "1 to 10 without the threes: " << kept->done.get_future().get() << '\n'
            << to_text(spec.node->report());
  post(supervisor, stop{});
}
