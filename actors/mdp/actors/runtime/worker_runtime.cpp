#include "mdp/actors/runtime/worker_runtime.hpp"

#include "mdp/actors/peer/request_handler.hpp"
#include "mdp/actors/peer/worker_peer.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <utility>

namespace mdp::actors {

namespace {

io_config io_config_of(const worker_config& config) {
  io_config io;
  io.sockets = config.sockets;
  io.limits = config.limits;
  return io;
}

} // namespace

class worker_runtime::body {
public:
  explicit body(worker_config config)
      : config_(std::move(config)),
        // One thread for each handler, which may block, and some for supervisors and timers.
        tree_(config_.connections + 2, io_config_of(config_)) {
    for (std::uint32_t i = 0; i < config_.connections; ++i)
      handlers_.push_back(std::make_shared<current<request_handler_actor>>());
  }

  void start(std::function<void()> on_failure) {
    std::vector<child_spec> others;
    others.push_back(all_handlers());
    others.push_back(all_connections());
    tree_.start(std::move(others), [on_failure = std::move(on_failure)](bool failed) {
      if (failed && on_failure)
        on_failure();
    });
  }

  void stop() { tree_.stop(); }

private:
  using handler_place = std::shared_ptr<current<request_handler_actor>>;

  static child_spec branch(std::string name, std::vector<child_spec> children) {
    child_spec spec;
    spec.name = name;
    for (const auto& child : children)
      spec.grace = std::max(spec.grace, child.grace + defaults::shutdown_grace);
    spec.start = [name, children = std::move(children)](caf::local_actor& parent) {
      supervisor_spec all;
      all.name = name;
      all.intensity = unlimited_restarts; // a conversation's end is part of life, not a fault
      all.stop_together = true;
      all.seed = std::random_device{}();
      all.children = children;
      return stoppable_actor{spawn_state<supervisor_state>(parent, std::move(all))};
    };
    return spec;
  }

  child_spec all_handlers() {
    std::vector<child_spec> handlers;
    for (const auto& place : handlers_) {
      child_spec spec;
      spec.name = request_handler_state::name;
      spec.start = [place, work = config_.work](caf::local_actor& parent) {
        place->set(spawn_state<request_handler_state>(parent, work));
        return stoppable_actor{place->get()};
      };
      handlers.push_back(std::move(spec));
    }
    return branch("handlers", std::move(handlers));
  }

  child_spec all_connections() {
    std::vector<child_spec> connections;
    for (const auto& place : handlers_) {
      child_spec spec;
      spec.name = "connection";
      spec.pause = config_.reconnect;
      spec.grace = config_.shutdown_grace + defaults::shutdown_grace;
      spec.start = [this, place](caf::local_actor& parent) {
        const auto number = ++conversations_;
        auto around = std::make_shared<worker_peer_state::surroundings>();
        around->io = tree_.io();
        around->handlers = {place->get()};
        around->config = {config_.service, config_.version, config_.capacity, true,
                          config_.heartbeat};
        around->drain_grace = config_.shutdown_grace;
        const auto& broker = config_.brokers[number % config_.brokers.size()];
        return stoppable_actor{
          spawn_state<worker_peer_state>(parent, std::move(around), broker, number)};
      };
      connections.push_back(std::move(spec));
    }
    return branch("connections", std::move(connections));
  }

  worker_config config_;
  std::vector<handler_place> handlers_; // one for each connection
  std::atomic<std::uint64_t> conversations_{0};
  actor_tree tree_;
};

worker_runtime::worker_runtime(worker_config config)
    : body_(std::make_unique<body>(std::move(config))) {}

worker_runtime::~worker_runtime() {
  body_->stop();
}

void worker_runtime::start(std::function<void()> on_failure) {
  body_->start(std::move(on_failure));
}

void worker_runtime::stop() {
  body_->stop();
}

} // namespace mdp::actors
