#include "mdp/actors/runtime/worker_runtime.hpp"

#include "mdp/actors/peer/request_handler.hpp"
#include "mdp/actors/peer/worker_peer.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

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
        tree_(config_.connections + 2, io_config_of(config_)) {}

  void start(std::function<void()> on_failure) {
    tree_.start({connections()}, [on_failure = std::move(on_failure)](bool failed) {
      if (failed && on_failure)
        on_failure();
    });
  }

  void stop() { tree_.stop(); }

private:
  using handler_place = std::shared_ptr<current<request_handler_actor>>;

  /// One supervisor over all handlers and connections. A connection is started behind its handler,
  /// which it needs; from then on each of them ends and comes back alone.
  child_spec connections() {
    supervisor_spec all;
    all.name = "connections";
    all.intensity = unlimited_restarts; // a conversation's end is part of life, not a fault
    all.stop_together = true;
    all.seed = std::random_device{}();
    for (std::uint32_t i = 0; i < config_.connections; ++i) {
      const auto place = std::make_shared<current<request_handler_actor>>();
      all.children.push_back(handler(place));
      all.children.push_back(connection(place));
    }
    child_spec spec;
    spec.name = all.name;
    spec.grace = grace() + defaults::shutdown_grace;
    spec.start = [all = std::move(all)](caf::local_actor& parent) {
      return stoppable_actor{spawn_state<supervisor_state>(parent, all)};
    };
    return spec;
  }

  child_spec handler(const handler_place& place) const {
    child_spec spec;
    spec.name = request_handler_state::name;
    spec.grace = grace();
    spec.start = [place, work = config_.work](caf::local_actor& parent) {
      place->set(spawn_state<request_handler_state>(parent, work));
      return stoppable_actor{place->get()};
    };
    return spec;
  }

  child_spec connection(const handler_place& place) {
    child_spec spec;
    spec.name = "connection";
    spec.pause = config_.reconnect;
    spec.grace = grace();
    spec.start = [this, place](caf::local_actor& parent) {
      const auto number = ++conversations_;
      auto around = std::make_shared<worker_peer_state::surroundings>();
      around->io = tree_.io();
      around->handler = place->get();
      around->config = {config_.service, config_.version, config_.capacity, true,
                        config_.heartbeat};
      around->drain_grace = config_.shutdown_grace;
      const auto& broker = config_.brokers[number % config_.brokers.size()];
      return stoppable_actor{
        spawn_state<worker_peer_state>(parent, std::move(around), broker, number)};
    };
    return spec;
  }

  /// A peer ends within its drain grace by itself; who takes longer than this hangs.
  [[nodiscard]] duration grace() const noexcept {
    return config_.shutdown_grace + defaults::shutdown_grace;
  }

  worker_config config_;
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
