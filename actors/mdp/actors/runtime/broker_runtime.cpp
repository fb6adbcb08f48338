#include "mdp/actors/runtime/broker_runtime.hpp"

#include "mdp/actors/broker/broker_tree.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/runtime/actor_tree.hpp"
#include "mdp/actors/runtime/first_binds.hpp"
#include "mdp/actors/runtime/loop_configs.hpp"
#include "mdp/actors/service/service_roster.hpp"
#include "mdp/actors/user_messages.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/security/key_watcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace mdp::actors {

namespace {

io_config io_config_of(const broker_config& config, std::shared_ptr<broker_counters> counters) {
  io_config io;
  io.sockets = config.sockets;
  io.limits = config.limits;
  io.peers = config.peers;
  io.max_unfinished_bytes = config.max_unfinished_bytes;
  if (!config.access.empty())
    io.peers.max_peers_of = [rules = engine::access_rules(config.access)](const frame& user) {
      return rules.max_connections_of(user.text());
    };
  io.bind->endpoints = config.endpoints;
  io.bind->worker_endpoints = config.worker_endpoints;
  io.bind->addresses = config.addresses;
  io.bind->users = {config.keys, config.passwords};
  io.sockets.plain.is_listener = config.passwords != nullptr;
  io.handshakes = config.handshakes;
  io.counters = std::move(counters);
  return io;
}

} // namespace

class broker_runtime::body {
public:
  explicit body(broker_config config)
      : config_(std::move(config)),
        loops_(loop_configs(io_config_of(config_, counters_), config_.loops)),
        tree_(config_.scheduler_threads, loops_) {
    counters_->budget = budget_; // before anybody reads them
    counters_->routing = routing_->counters;
  }

  body(broker_config config, caf::actor_system& system)
      : config_(std::move(config)),
        loops_(loop_configs(io_config_of(config_, counters_), config_.loops)),
        tree_(system, loops_) {
    counters_->budget = budget_;
    counters_->routing = routing_->counters;
  }

  tl::expected<std::vector<std::string>, std::string> start(std::function<void()> on_failure) {
    auto first_bind = std::make_shared<first_binds>(loops_.size());
    auto outcome = first_bind->outcome();
    const auto passwords =
      config_.passwords ? std::make_shared<security::password_desk>(config_.passwords) : nullptr;
    for (const auto& loop : loops_) {
      loop.bind->passwords = passwords;
      loop.bind->on_first_bind = [first_bind](const bind_error* failure) {
        first_bind->note(failure);
      };
    }
    broker_tree branch;
    branch.clients = config_.clients;
    branch.workers = config_.workers;
    branch.queues = config_.queues;
    if (!config_.services.empty() || !config_.priorities.empty())
      branch.rules = std::make_shared<engine::service_rules>(config_.services, config_.priorities);
    if (!config_.access.empty())
      branch.access = std::make_shared<engine::access_rules>(config_.access);
    branch.are_users_listed = config_.keys || config_.passwords;
    branch.budget = budget_;
    branch.dead_letter_service = config_.dead_letter_service;
    branch.exact_names = config_.exact_names;
    branch.max_services = config_.max_services;
    branch.service_linger = config_.service_linger;
    branch.counters = counters_;
    branch.adoptions = tree_.adoptions();
    branch.registry = registry_;
    branch.tree = tree_.node();
    branch.services = services_;
    {
      const std::lock_guard guard(mutex_);
      has_started_ = true;
      routing_->rules = config_.routes;
    }
    if (!routing_->empty()) {
      branch.routing = routing_;
      branch.front = front_;
    }
    tree_.start({broker_spec(std::move(branch), [this] { return tree_.loops(); })},
                [on_failure = std::move(on_failure), first_bind](bool failed) {
                  if (failed && on_failure)
                    on_failure();
                });
    if (auto problem = outcome.get(); !problem.empty()) {
      tree_.stop();
      return tl::unexpected(std::move(problem));
    }
    const auto& bound = *loops_.front().bind;
    auto endpoints = bound.endpoints;
    std::ranges::copy(bound.worker_endpoints, std::back_inserter(endpoints));
    start_watching();
    warn_of_open_doors(endpoints);
    return endpoints;
  }

  tl::expected<void, std::string> spawn_service(std::string name, service_spec spec) {
    if (auto findings = validate(name, spec); !findings.empty())
      return tl::unexpected(std::move(findings.front()));
    if (!services_->add(tree_.system(), std::move(name), std::move(spec)))
      return tl::unexpected(std::string("the broker is stopping"));
    return {};
  }

  tl::expected<void, std::string> install_router(router_spec spec) {
    if (auto findings = validate(spec); !findings.empty())
      return tl::unexpected(std::move(findings.front()));
    const std::lock_guard guard(mutex_);
    if (has_started_)
      return tl::unexpected(
        std::string("the broker has started: install routers before that, as requests must not "
                    "pass them by"));
    routing_->routers.push_back(std::move(spec));
    return {};
  }

  void reload_keys() {
    const std::lock_guard guard(watcher_mutex_);
    if (watcher_)
      watcher_->look_now();
  }

  std::size_t stop(bool at_once) {
    stop_watching();
    if (const auto desk = front_of_house(); desk && !at_once) {
      auto drained = std::make_shared<std::promise<void>>();
      auto done = drained->get_future();
      // The promise is the registry's alone: should it end first (a second stop, at once), the wait
      // ends with it.
      post(desk, drain_services{[drained = std::move(drained)] { drained->set_value(); }});
      done.wait_for(config_.shutdown_grace);
    }
    registry_->set({});
    front_->set({});
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
  /// Where requests come in; null before the start and after the end.
  [[nodiscard]] job_desk_actor front_of_house() const {
    if (auto front = front_->get())
      return front;
    return registry_->get();
  }

  /// Looks after keys or users, of which there are not both.
  void start_watching() {
    security::key_watcher::reader reader;
    if (config_.keys)
      reader = [this] { return refresh(*config_.keys); };
    else if (config_.passwords)
      reader = [this] { return refresh(*config_.passwords); };
    else
      return;
    const std::lock_guard guard(watcher_mutex_);
    watcher_ = std::make_unique<security::key_watcher>(
      std::move(reader), [this](const auto& news) { on_user_news(news); });
  }

  /// On the watcher's thread.
  void on_user_news(const tl::expected<bool, std::string>& news) {
    const auto* const what = config_.keys ? "keys" : "users";
    if (!news) {
      counters_->key_reload_failures.add();
      spdlog::error("{}", news.error());
    } else if (!*news) {
      spdlog::info("the {} have not changed", what);
    } else {
      counters_->key_reloads.add();
      spdlog::info("the {} are others now: {}", what,
                   config_.keys ? config_.keys->current()->size()
                                : config_.passwords->current()->size());
    }
  }

  /// Reads the store again, and has those hung up on who are not in it any more. On the watcher's thread.
  template <class Store>
  tl::expected<bool, std::string> refresh(Store& store) {
    const auto before = store.current();
    auto outcome = store.refresh();
    if (store.current() != before)
      for (const auto& io : tree_.loops())
        if (io) // none, just now: then nobody is connected
          post(io, keys_changed{});
    return outcome;
  }

  /// Waits for its thread, which may be in on_user_news().
  void stop_watching() {
    std::unique_ptr<security::key_watcher> ended;
    const std::lock_guard guard(watcher_mutex_);
    ended.swap(watcher_);
  }

  void warn_of_open_doors(const std::vector<std::string>& endpoints) const {
    if (config_.sockets.curve.is_on())
      return;
    for (const auto& endpoint : endpoints)
      if (!net::is_local(endpoint))
        spdlog::warn("{} is open to the network, without encryption: {}. Turn CURVE on, or bind to "
                     "127.0.0.1 or ipc",
                     endpoint,
                     config_.passwords
                       ? "whoever listens there reads everything, passwords included"
                       : "whoever reaches it may call, serve and listen");
  }

  broker_config config_;
  std::shared_ptr<routing_setup> routing_ = std::make_shared<routing_setup>();
  std::shared_ptr<broker_counters> counters_ = std::make_shared<broker_counters>();
  std::shared_ptr<engine::broker_budget> budget_ =
    std::make_shared<engine::broker_budget>(config_.budget);
  std::shared_ptr<current<service_registry_actor>> registry_ =
    std::make_shared<current<service_registry_actor>>();
  std::shared_ptr<current<job_desk_actor>> front_ = std::make_shared<current<job_desk_actor>>();
  std::shared_ptr<service_roster> services_ = std::make_shared<service_roster>(registry_);
  std::mutex mutex_;
  bool has_started_ = false; // from then on the routers are what they are
  std::vector<io_config> loops_;
  actor_tree tree_;
  std::mutex watcher_mutex_;
  std::unique_ptr<security::key_watcher> watcher_; // ends first: it tells the others
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

tl::expected<void, std::string> broker_runtime::install_router(router_spec spec) {
  return body_->install_router(std::move(spec));
}

std::size_t broker_runtime::stop(bool at_once) {
  return body_->stop(at_once);
}

void broker_runtime::reload_keys() {
  body_->reload_keys();
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
