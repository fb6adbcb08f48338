#pragma once

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "support/eventually.hpp"

#include <coroutine>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

/// What tests of the client share: a broker in this process, and a coroutine nobody waits for.
namespace mdp::test {

inline request_options patient() {
  request_options options;
  options.timeout = patience;
  options.attempts = 1;
  return options;
}

inline client_config client_at(std::string endpoint) {
  client_config config;
  config.brokers = {std::move(endpoint)};
  return config;
}

class local_broker {
public:
  local_broker() : broker_(config()) {
    auto started = broker_.start();
    if (!started)
      throw std::runtime_error(started.error());
    endpoint_ = started->front();
  }

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }

private:
  static actors::broker_config config() {
    actors::broker_config config;
    config.endpoints = {"tcp://127.0.0.1:*"};
    return config;
  }

  actors::broker_runtime broker_;
  std::string endpoint_;
};

/// A worker for `service` in this process; comes back by itself when its broker does.
class local_worker {
public:
  local_worker(const std::string& endpoint, const std::string& service, actors::work_function work,
               wire::protocol_version version = wire::protocol_version::v0_2)
      : worker_(config(endpoint, service, std::move(work), version)) {
    worker_.start();
  }

private:
  static actors::worker_config config(const std::string& endpoint, const std::string& service,
                                      actors::work_function work, wire::protocol_version version) {
    actors::worker_config config;
    config.brokers = {endpoint};
    config.service = service;
    config.version = version;
    config.capacity = 64;
    config.reconnect.max = std::chrono::milliseconds(200);
    config.work = std::move(work);
    return config;
  }

  actors::worker_runtime worker_;
};

inline message echo(message request, const actors::send_part_function&) {
  return request;
}

/// Begins at once and belongs to nobody, but can be destroyed while it waits.
struct loose_coroutine {
  struct promise_type {
    loose_coroutine get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() { throw; }
  };

  std::coroutine_handle<promise_type> handle;
};

} // namespace mdp::test
