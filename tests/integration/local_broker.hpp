#pragma once

#include "mdp/actors/runtime/broker_runtime.hpp"

#include <string>
#include <utility>

namespace mdp::test {

/// A broker inside the test, on a port that the system has chosen.
class local_broker {
public:
  explicit local_broker(actors::broker_config config = {})
      : broker_(at_any_port(std::move(config))) {
    endpoint_ = broker_.start().value().front();
  }

  /// In an actor system that is there already.
  explicit local_broker(caf::actor_system& system) : broker_(at_any_port({}), system) {
    endpoint_ = broker_.start().value().front();
  }

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] actors::broker_runtime& running() noexcept { return broker_; }
  actors::broker_runtime* operator->() noexcept { return &broker_; }

private:
  static actors::broker_config at_any_port(actors::broker_config config) {
    config.endpoints = {"tcp://127.0.0.1:*"};
    return config;
  }

  actors::broker_runtime broker_;
  std::string endpoint_;
};

} // namespace mdp::test
