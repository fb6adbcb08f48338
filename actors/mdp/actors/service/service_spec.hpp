#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/service/request_handler.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace mdp::actors {

/// How actors of the user's own are started; see `service/actor_service.hpp`, which shows CAF.
class actor_spawner;

/// What does a service's work: any `request_handler`, which all instances share; for each instance an
/// object of its own (`stateful()`); or actors of the user's own (`actor_service()`).
class service_work {
public:
  service_work() = default;

  template <class F>
    requires std::constructible_from<request_handler, F&&> &&
      (!std::same_as<std::decay_t<F>, service_work>)
        service_work(F&& work) { // NOLINT(google-explicit-constructor): `.work = a lambda`
      if (request_handler shared(std::forward<F>(work)); shared)
        make_ = [shared = std::move(shared)] { return shared; };
    }

    explicit service_work(std::function<request_handler()> each_instance_its_own)
        : make_(std::move(each_instance_its_own)) {}

    explicit service_work(std::shared_ptr<const actor_spawner> actors)
        : actors_(std::move(actors)) {}

    /// The handler of a new instance. Lets through what the user's constructor throws.
    [[nodiscard]] request_handler make() const {
      return make_();
    }
    /// Null unless the service consists of the user's own actors.
    [[nodiscard]] const std::shared_ptr<const actor_spawner>& actors() const noexcept {
      return actors_;
    }
    [[nodiscard]] explicit operator bool() const noexcept {
      return make_ || actors_;
    }

  private:
    std::function<request_handler()> make_;
    std::shared_ptr<const actor_spawner> actors_;
};

/// A service whose every instance has a `State` of its own, made of copies of `arguments` and made
/// anew when the instance is started again. `State` is called as a `request_handler`, one call at a
/// time.
template <class State, class... Args>
[[nodiscard]] service_work stateful(Args... arguments) {
  return service_work(std::function<request_handler()>(
    [arguments = std::make_tuple(std::move(arguments)...)]() -> request_handler {
      return std::make_from_tuple<State>(arguments);
    }));
}

/// What an exception in a handler means.
enum class exception_policy : std::uint8_t {
  /// The request at hand is answered `mdp-status 500 <what>`, and the instance goes on.
  answer,
  /// The same, but the instance ends, as its state is in doubt, and is started again after a pause.
  /// What else it holds goes to another instance or worker.
  answer_and_end,
  /// The instance ends, and all it holds, also the request at hand, goes to another one.
  give_back_and_end,
};

/// A service inside a process: the same one in a broker (`broker_runtime::spawn_service`), where a
/// queue cannot tell it from a remote worker, or in a worker's process (`worker_runtime`).
struct service_spec {
  service_work work;
  /// How many there are. Each works on one request at a time, in the order they came; in a worker's
  /// process each has a connection of its own.
  std::uint32_t instances = 1;
  /// Requests that each instance holds at a time, those that it answers later included.
  std::uint32_t capacity = 1;
  /// Threads for the handlers of all instances, which may block in them; 0: one for each instance.
  /// Without meaning for the user's own actors, which run on CAF's scheduler.
  std::uint32_t threads = 0;
  exception_policy on_exception = exception_policy::answer_and_end;
  /// Pauses before an instance that has failed is started again. In a worker's process its connection
  /// ends and comes back with it, so there the pauses are those of reconnecting.
  engine::backoff_config pause{};
  /// In Z85: what the work takes requests sealed for (`sealed_handler.hpp`). A worker's process announces it
  /// at its brokers; empty: nothing is announced.
  std::string sealing_key{};
};

/// What is wrong with a service, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const std::string& name, const service_spec& spec);

} // namespace mdp::actors
