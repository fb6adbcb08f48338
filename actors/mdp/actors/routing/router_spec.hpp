#pragma once

#include "mdp/actors/routing/router.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/route_gate.hpp"

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What a router is made of, and what holds for it.
namespace mdp::actors {

/// How actors of the user's own are started; see `routing/actor_router.hpp`, which shows CAF.
class router_spawner;

/// What decides: a function `request_verdict(const routed_request&)`, an object of a class derived
/// from `router` (`routing()`), or an actor of the user's own (`actor_router()`).
class router_work {
public:
  using maker = std::function<std::shared_ptr<router>(const routing_desk&)>;

  router_work() = default;

  template <class F>
    requires std::is_invocable_r_v<request_verdict, F&, const routed_request&>
    router_work(F decide) // NOLINT(google-explicit-constructor): `.work = a lambda`
        : make_([decide = std::move(decide)](const routing_desk&) -> std::shared_ptr<router> {
            return std::make_shared<function_router<F>>(decide);
          }) {}

    router_work(maker make, bool sees_replies)
        : make_(std::move(make)), sees_replies_(sees_replies) {}

    router_work(std::shared_ptr<const router_spawner> actors, bool sees_replies)
        : actors_(std::move(actors)), sees_replies_(sees_replies) {}

    /// A new router. Lets through what the user's constructor throws.
    [[nodiscard]] std::shared_ptr<router> make(const routing_desk& desk) const {
      return make_(desk);
    }
    /// Null unless it is an actor of the user's own.
    [[nodiscard]] const std::shared_ptr<const router_spawner>& actors() const noexcept {
      return actors_;
    }
    [[nodiscard]] bool sees_replies() const noexcept {
      return sees_replies_;
    }
    [[nodiscard]] explicit operator bool() const noexcept {
      return make_ || actors_;
    }

  private:
    template <class F>
    class function_router final : public router {
    public:
      explicit function_router(F decide) : decide_(std::move(decide)) {}
      request_verdict on_request(const routed_request& request) override {
        return decide_(request);
      }

    private:
      F decide_;
    };

    maker make_;
    std::shared_ptr<const router_spawner> actors_;
    bool sees_replies_ = false;
};

/// A router of the class `Router`, made of copies of `arguments` and made anew when it has failed. If
/// it can be constructed with a `routing_desk` in front of these it gets one, for later verdicts. It is
/// asked about replies if it has an `on_reply` of its own.
template <std::derived_from<router> Router, class... Args>
[[nodiscard]] router_work routing(Args... arguments) {
  constexpr bool sees_replies =
    !std::is_same_v<decltype(&Router::on_reply), decltype(&router::on_reply)>;
  return router_work(
    [arguments...](const routing_desk& desk) -> std::shared_ptr<router> {
      if constexpr (std::constructible_from<Router, const routing_desk&, const Args&...>)
        return std::make_shared<Router>(desk, arguments...);
      else
        return std::make_shared<Router>(arguments...);
    },
    sees_replies);
}

/// A router of a broker. Several stand one behind the other, in the order they were installed: what
/// the first one forwards the second is asked about.
struct router_spec {
  std::string name; ///< In logs and printed trees.
  router_work work;
  /// The services it is asked about: names and patterns. Others pass it. Empty: all.
  std::vector<std::string> services{};
  /// How much waits for its verdicts, and for how long. What it does with replies is its work's to say.
  engine::route_gate_config bounds{};
  /// Pauses before it is started again.
  engine::backoff_config pause{};
};

/// What is wrong with a router, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> validate(const router_spec& spec);

} // namespace mdp::actors
