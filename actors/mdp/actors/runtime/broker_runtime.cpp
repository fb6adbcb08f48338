#include "mdp/actors/runtime/broker_runtime.hpp"

#include "mdp/actors/broker/broker_tree.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/service/service_roster.hpp"
#include "mdp/net/endpoint.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <utility>

namespace mdp::actors {

namespace {

io_config io_config_of(const broker_config& config, std::shared_ptr<broker_counters> counters) {
  io_config io;
  io.sockets = config.sockets;
  io.limits = config.limits;
  io.peers = config.peers;
  io.bind->endpoints = config.endpoints;
  io.bind->worker_endpoints = config.worker_endpoints;
  io.bind->addresses = config.addresses;
  io.counters = std::move(counters);
  return io;
}

} // namespace

class broker_runtime::body {
public:
  explicit body(broker_config config)
      : config_(std::move(config)),
        io_(io_config_of(config_, counters_)),
        tree_(config_.scheduler_threads, io_) {
    counters_->budget = budget_; // before anybody reads them
  }

  body(broker_config config, caf::actor_system& system)
      : config_(std::move(config)), io_(io_config_of(config_, counters_)), tree_(system, io_) {
    counters_->budget = budget_;
  }

  tl::expected<std::vector<std::string>, std::string> start(std::function<void()> on_failure) {
    auto first_bind = std::make_shared<std::promise<std::string>>();
    auto outcome = first_bind->get_future();
    io_.bind->on_first_bind = [first_bind](const bind_error* failure) {
      first_bind->set_value(failure == nullptr ? std::string{}
                                               : "cannot bind " + failure->endpoint + ": " +
                                                   failure->reason.message());
    };
    broker_tree branch;
    branch.clients = config_.clients;
    branch.workers = config_.workers;
    branch.queues = config_.queues;
    if (!config_.services.empty() || !config_.priorities.empty())
      branch.rules = std::make_shared<engine::service_rules>(config_.services, config_.priorities);
    branch.budget = budget_;
    branch.dead_letter_service = config_.dead_letter_service;
    branch.exact_names = config_.exact_names;
    branch.max_services = config_.max_services;
    branch.service_linger = config_.service_linger;
    branch.counters = counters_;
    branch.registry = registry_;
    branch.tree = tree_.node();
    branch.services = services_;
    tree_.start({broker_spec(std::move(branch), [this] { return tree_.io(); })},
                [on_failure = std::move(on_failure), first_bind](bool failed) {
                  if (failed && on_failure)
                    on_failure();
                });
    if (auto problem = outcome.get(); !problem.empty()) {
      tree_.stop();
      return tl::unexpected(std::move(problem));
    }
    auto endpoints = io_.bind->endpoints;
    std::ranges::copy(io_.bind->worker_endpoints, std::back_inserter(endpoints));
    return endpoints;
  }

  tl::expected<void, std::string> spawn_service(std::string name, service_spec spec) {
    if (auto findings = validate(name, spec); !findings.empty())
      return tl::unexpected(std::move(findings.front()));
    if (!services_->add(tree_.system(), std::move(name), std::move(spec)))
      return tl::unexpected(std::string("the broker is stopping"));
    return {};
  }

  std::size_t stop(bool at_once) {
    if (const auto registry = registry_->get(); registry && !at_once) {
      auto drained = std::make_shared<std::promise<void>>();
      auto done = drained->get_future();
      // The promise is the registry's alone: should it end first (a second stop, at once), the wait
      // ends with it.
      post(registry, drain_services{[drained = std::move(drained)] { drained->set_value(); }});
      done.wait_for(config_.shutdown_grace);
    }
    registry_->set({});
    services_->close();
    tree_.stop();
    return services_->stop(config_.handler_grace);
  }

  [[nodiscard]] tl::expected<engine::worker_report, std::string>
  next_worker(std::string service, engine::job what) const {
    using answer = std::optional<engine::worker_report>;
    const auto registry = registry_->get();
    if (!registry)
      return tl::unexpected(std::string("the broker does not run"));
    auto promised = std::make_shared<std::promise<answer>>();
    auto answered = promised->get_future();
    const auto named = service;
    post(registry, preview_job{std::move(service), std::move(what),
                               [promised = std::move(promised)](answer choice) {
                                 promised->set_value(std::move(choice));
                               }});
    try {
      if (auto choice = answered.get())
        return *std::move(choice);
      return tl::unexpected("no worker of " + named + " has room");
    } catch (const std::future_error&) { // the question has ended with the broker
      return tl::unexpected(std::string("the broker does not run"));
    }
  }

  [[nodiscard]] tree_report tree() const { return tree_.node()->report(); }
  [[nodiscard]] std::shared_ptr<broker_counters> counters() const noexcept { return counters_; }

private:
  broker_config config_;
  std::shared_ptr<broker_counters> counters_ = std::make_shared<broker_counters>();
  std::shared_ptr<engine::broker_budget> budget_ =
    std::make_shared<engine::broker_budget>(config_.budget);
  std::shared_ptr<current<service_registry_actor>> registry_ =
    std::make_shared<current<service_registry_actor>>();
  std::shared_ptr<service_roster> services_ = std::make_shared<service_roster>(registry_);
  io_config io_;
  actor_tree tree_;
};

broker_runtime::broker_runtime(broker_config config)
    : body_(std::make_unique<body>(std::move(config))) {}

broker_runtime::broker_runtime(broker_config config, caf::actor_system& system)
    : body_(std::make_unique<body>(std::move(config), system)) {}

broker_runtime::~broker_runtime() {
  body_->stop(true);
}

tl::expected<std::vector<std::string>, std::string>
broker_runtime::start(std::function<void()> on_failure) {
  return body_->start(std::move(on_failure));
}

tl::expected<void, std::string> broker_runtime::spawn_service(std::string name, service_spec spec) {
  return body_->spawn_service(std::move(name), std::move(spec));
}

std::size_t broker_runtime::stop(bool at_once) {
  return body_->stop(at_once);
}

tree_report broker_runtime::tree() const {
  return body_->tree();
}

tl::expected<engine::worker_report, std::string>
broker_runtime::next_worker(std::string service, message body, frame client_address) const {
  engine::job what;
  what.client_address = std::move(client_address);
  what.body = std::move(body);
  return body_->next_worker(std::move(service), std::move(what));
}

std::shared_ptr<const broker_counters> broker_runtime::counters() const noexcept {
  return body_->counters();
}

} // namespace mdp::actors
