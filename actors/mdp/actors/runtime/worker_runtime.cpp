#include "mdp/actors/runtime/worker_runtime.hpp"

#include "mdp/actors/peer/worker_peer.hpp"
#include "mdp/actors/peer/worker_roster.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/service/sealed_handler.hpp"
#include "mdp/net/machine_load.hpp"

#include <algorithm>
#include <utility>

namespace mdp::actors {

namespace {

using shared_counters = std::shared_ptr<worker_counters>;

io_config io_config_of(const worker_config& config, shared_counters counters) {
  io_config io;
  io.worker = std::move(counters);
  io.sockets = config.sockets;
  io.limits = config.limits;
  return io;
}

worker_roster::talk talk_of(const worker_config& config, shared_counters counters) {
  worker_roster::talk talk;
  talk.counters = std::move(counters);
  talk.brokers = config.brokers;
  talk.version = config.version;
  talk.heartbeat = config.heartbeat;
  talk.reconnect = config.reconnect;
  talk.drain_grace = config.shutdown_grace;
  talk.asks_user = config.asks_user;
  if (config.says_load)
    talk.load = config.load ? config.load : net::machine_load;
  return talk;
}

/// The service of the configuration: one handler for all connections, which an exception does not
/// end.
service_spec plain_service(const worker_config& config) {
  service_spec spec;
  spec.work = config.sealing ? sealed(config.work, config.sealing) : config.work;
  if (config.sealing)
    spec.sealing_key = config.sealing->key().text();
  spec.instances = config.connections;
  spec.threads = config.concurrency != 0 ? config.concurrency : config.connections;
  const auto enough = (spec.threads + config.connections - 1) / config.connections;
  spec.capacity = config.capacity != 0 ? config.capacity : enough;
  spec.on_exception = exception_policy::answer;
  return spec;
}

} // namespace

class worker_runtime::body {
public:
  explicit body(worker_config config)
      : config_(std::move(config)),
        services_(talk_of(config_, counters_), [this] { return tree_.io(); }),
        tree_(config_.scheduler_threads, {io_config_of(config_, counters_)}) {
    if (config_.work) {
      auto spec = plain_service(config_);
      const auto calls = spec.threads; // of one connection: all of them, if the others are idle
      services_.add(tree_.system(), config_.service, std::move(spec), calls);
    }
  }

  void start(std::function<void()> on_failure) {
    tree_.start(services_.branches(), [on_failure = std::move(on_failure)](bool failed) {
      if (failed && on_failure)
        on_failure();
    });
  }

  tl::expected<void, std::string> spawn_service(std::string name, service_spec spec) {
    if (auto findings = validate(name, spec); !findings.empty())
      return tl::unexpected(std::move(findings.front()));
    if (!services_.add(tree_.system(), std::move(name), std::move(spec), 1))
      return tl::unexpected(std::string("the worker is stopping"));
    return {};
  }

  std::size_t stop() {
    services_.close();
    tree_.stop();
    return services_.stop(config_.handler_grace);
  }

  [[nodiscard]] std::shared_ptr<const worker_counters> counters() const noexcept {
    return counters_;
  }

private:
  worker_config config_;
  shared_counters counters_ = std::make_shared<worker_counters>();
  worker_roster services_;
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

tl::expected<void, std::string> worker_runtime::spawn_service(std::string name, service_spec spec) {
  return body_->spawn_service(std::move(name), std::move(spec));
}

std::size_t worker_runtime::stop() {
  return body_->stop();
}

std::shared_ptr<const worker_counters> worker_runtime::counters() const noexcept {
  return body_->counters();
}

} // namespace mdp::actors
