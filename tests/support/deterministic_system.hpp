#pragma once

#include "mdp/actors/compat/interface.hpp"
#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/time.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace mdp::test {

/// An actor system without threads, in which nothing happens but what the test lets happen: actors
/// run in run(), time passes in advance(). The one place that knows CAF's test scheduler.
class deterministic_system {
public:
  deterministic_system();

  /// Lets everything that is left run to its end, timers included, so that no actor leaks.
  ~deterministic_system();
  deterministic_system(const deterministic_system&) = delete;
  deterministic_system& operator=(const deterministic_system&) = delete;

  [[nodiscard]] caf::actor_system& actors() noexcept { return system_; }

  /// Runs actors until none has a message.
  void run();

  /// Lets one actor take its turn; false if none has a message.
  bool run_one();

  /// Lets `time` pass in steps, so that timers that set timers fire in their order, and runs actors
  /// after each.
  void advance(duration time, duration step = std::chrono::milliseconds(50));

  [[nodiscard]] time_point now() const;

  /// How often an actor was resumed so far: as many hops has a message made, if each finds its reader
  /// idle.
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }

  /// From now on the calling thread is a loop's, and actors of the loop run there, as in a broker. Their turns are
  /// not counted.
  void use_loop();

  /// The loop of use_loop().
  [[nodiscard]] actors::loop_unit& loop() noexcept { return *loop_; }

  /// Its loop ends, and CAF's threads have its actors.
  void end_loop();

  /// Sends from no actor, then runs.
  template <class Handle, class Message>
  void send(const Handle& to, Message message) {
    if (loop_)
      actors::post_on(*loop_, to, std::move(message));
    else
      actors::post(to, std::move(message));
    run();
  }

private:
  struct config;

  std::unique_ptr<config> config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::unique_ptr<actors::loop_unit> loop_; // null: none
  std::uint64_t turns_ = 0;
};

/// Stands for an actor of an interface and keeps what it gets, in order.
template <class Handle, class... Messages>
class recorder {
public:
  using any_message = std::variant<Messages...>;

  explicit recorder(deterministic_system& system)
      : handle_(actors::spawn_state<state>(system.actors(), received_)) {}

  [[nodiscard]] const Handle& handle() const noexcept { return handle_; }

  /// Everything received since the last call.
  [[nodiscard]] std::vector<any_message> take() { return std::exchange(*received_, {}); }

  /// What was received of one kind since the last call; the rest is forgotten.
  template <class Message>
  [[nodiscard]] std::vector<Message> take_only() {
    std::vector<Message> result;
    for (auto& each : take())
      if (auto* wanted = std::get_if<Message>(&each))
        result.push_back(std::move(*wanted));
    return result;
  }

private:
  struct state {
    using handle = Handle;
    static constexpr const char* name = "recorder";
    static constexpr actors::run_on where = actors::run_on::scheduler;

    state(typename Handle::pointer, std::shared_ptr<std::vector<any_message>> into)
        : received(std::move(into)) {}

    typename Handle::behavior_type make_behavior() {
      return {[this](Messages& message) { received->emplace_back(std::move(message)); }...};
    }

    std::shared_ptr<std::vector<any_message>> received;
  };

  std::shared_ptr<std::vector<any_message>> received_ =
    std::make_shared<std::vector<any_message>>();
  Handle handle_;
};

} // namespace mdp::test
