#include "mdp/actors/runtime/client_runtime.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/peer/client_peer.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/supervision/supervisor.hpp"

#include <mutex>
#include <unordered_set>
#include <utility>

namespace mdp::actors {

namespace {

io_config io_config_of(const client_config& config) {
  io_config io;
  io.sockets = config.sockets;
  io.limits = config.limits;
  return io;
}

/// The lanes that have a socket and nothing to do, and those that work. Thread-safe.
class lane_pool {
public:
  /// A lane that is free, or an empty handle: then the caller makes one.
  client_peer_actor take() {
    const std::lock_guard guard(mutex_);
    if (free_.empty())
      return {};
    auto lane = std::move(free_.back());
    free_.pop_back();
    return lane;
  }

  void give_back(client_peer_actor lane) {
    const std::lock_guard guard(mutex_);
    free_.push_back(std::move(lane));
  }

private:
  std::mutex mutex_;
  std::vector<client_peer_actor> free_;
};

} // namespace

class client_runtime::body {
public:
  explicit body(client_config config)
      : config_(std::move(config)), tree_(1, io_config_of(config_)) {
    child_spec lanes;
    lanes.name = "lanes";
    lanes.start = [this](caf::local_actor& parent) {
      supervisor_spec spec;
      spec.name = "lanes";
      const auto supervisor = spawn_state<supervisor_state>(parent, std::move(spec));
      around_.set(std::make_shared<client_peer_state::surroundings>(
        client_peer_state::surroundings{tree_.io(), config_.brokers, config_.version}));
      lanes_.set(supervisor);
      started_.set_value();
      return stoppable_actor{supervisor};
    };
    std::vector<child_spec> others;
    others.push_back(std::move(lanes));
    auto started = started_.get_future();
    tree_.start(std::move(others), {});
    started.wait();
  }

  std::future<request_result> request(std::string service, message body, request_options options) {
    auto promise = std::make_shared<std::promise<request_result>>();
    auto result = promise->get_future();
    auto lane = pool_->take();
    if (!lane) {
      lane = spawn_state<client_peer_state>(tree_.system(), around_.get());
      post(lanes_.get(), adopt_temporary(lane, client_peer_state::name));
    }
    start_request command;
    command.what = {std::move(service), std::move(body), never};
    command.how = {config_.version, options.timeout, options.attempts,
                   !options.on_part || options.on_restart};
    command.observer.part = std::move(options.on_part);
    command.observer.restarted = std::move(options.on_restart);
    command.observer.ended = [promise, pool = pool_, lane](request_result reply) {
      pool->give_back(lane);
      promise->set_value(std::move(reply));
    };
    const std::lock_guard guard(mutex_);
    if (is_cancelled_) {
      promise->set_value(tl::unexpected(engine::request_failure::cancelled));
      return result;
    }
    post(lane, std::move(command));
    return result;
  }

  void cancel() {
    {
      const std::lock_guard guard(mutex_);
      is_cancelled_ = true;
    }
    tree_.stop(); // a lane that is told to stop cancels its request
  }

private:
  client_config config_;
  std::promise<void> started_;
  current<std::shared_ptr<const client_peer_state::surroundings>> around_;
  current<supervisor_actor> lanes_;
  std::shared_ptr<lane_pool> pool_ = std::make_shared<lane_pool>();
  std::mutex mutex_;
  bool is_cancelled_ = false;
  actor_tree tree_;
};

client_runtime::client_runtime(client_config config)
    : body_(std::make_unique<body>(std::move(config))) {}

client_runtime::~client_runtime() {
  body_->cancel();
}

std::future<request_result> client_runtime::request(std::string service, message body,
                                                    request_options options) {
  return body_->request(std::move(service), std::move(body), std::move(options));
}

void client_runtime::cancel() {
  body_->cancel();
}

} // namespace mdp::actors
