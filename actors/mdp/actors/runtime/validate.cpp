#include "mdp/actors/io/loop_defaults.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/engine/access_defaults.hpp"
#include "mdp/engine/mmi.hpp"
#include "mdp/engine/service_pattern.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/wire/decode.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace mdp::actors {

namespace {

/// Collects what is wrong, so that all of it can be said at once.
class findings {
public:
  void check(bool holds, std::string_view otherwise) {
    if (!holds)
      problems_.emplace_back(otherwise);
  }

  void check_endpoints(const std::vector<std::string>& endpoints, net::endpoint_use use) {
    check(!endpoints.empty(),
          use == net::endpoint_use::bind ? "no endpoint to bind" : "no broker endpoint");
    for (const auto& endpoint : endpoints)
      if (const auto problem = net::check_endpoint(endpoint, use))
        problems_.push_back(endpoint + ": " + *problem);
  }

  void check_service(const std::string& service, const wire::limits& limits) {
    if (wire::check_service_name(service, limits))
      problems_.push_back('"' + service + "\" is no service name: 1 to " +
                          std::to_string(limits.max_service_name) +
                          " printable ASCII characters, no spaces");
  }

  /// A rule's name: a service's or a pattern, which is a name as well.
  void check_rule(const engine::service_rule& rule, const wire::limits& limits) {
    check_service(rule.service, limits);
    const auto named = "the rule for \"" + rule.service + "\": ";
    check(!engine::is_reserved_service(rule.service), named + "services under mmi. have no queue");
    if (!rule.served_by.empty()) {
      check_service(rule.served_by, limits);
      check(engine::is_pattern(rule.service) && !engine::is_pattern(rule.served_by),
            named + "it can be served by another service only if it is a pattern and that is none");
      check(!engine::is_reserved_service(rule.served_by),
            named + "no service under mmi. can serve it");
    }
    check(!rule.request_ttl || *rule.request_ttl > duration::zero(),
          named + "the request ttl must be more than 0");
    check_queue(rule.queue, named);
  }

  void check_queue(const engine::queue_config& queue, const std::string& named) {
    check(queue.attempts >= 1, named + "attempts must be at least 1");
    check(queue.max_bytes >= 1, named + "the queue's bound in bytes must be at least 1");
    check(queue.dispatch.key_frame == 0 || queue.dispatch.policy == engine::dispatch::sticky,
          named + "a key frame is for the policy sticky");
  }

  /// A rule of routing, `number` counted from 1.
  void check_route(const engine::route_rule& rule, std::size_t number) {
    for (const auto& problem : engine::problems_of(rule))
      problems_.push_back("route " + std::to_string(number) + ": " + problem);
  }

  /// The name of a service that somebody wants to offer.
  void check_offer(const std::string& service, const wire::limits& limits) {
    check_service(service, limits);
    check(!engine::is_reserved_service(service),
          "names that start with mmi. belong to the broker itself (RFC 8)");
  }

  void check_capacity(std::uint32_t capacity) {
    check(capacity >= 1 && capacity <= defaults::max_worker_capacity,
          "the capacity must be between 1 and " + std::to_string(defaults::max_worker_capacity));
  }

  void check_pauses(const engine::backoff_config& pauses, const std::string& which) {
    check(pauses.min > duration::zero() && pauses.max >= pauses.min,
          "the " + which + " must be more than 0, and the longest not shorter than the first");
  }

  void check_heartbeat(const engine::heartbeat_config& heartbeat) {
    check(heartbeat.interval > duration::zero(), "the heartbeat interval must be more than 0");
    check(heartbeat.liveness >= 2,
          "the heartbeat liveness must be at least 2: with less, one late heartbeat is a death");
  }

  [[nodiscard]] std::vector<std::string> take() { return std::move(problems_); }

private:
  std::vector<std::string> problems_;
};

void check_access(findings& found, const broker_config& config) {
  found.check(config.access.size() <= defaults::max_access_rules,
              "there are more than " + std::to_string(defaults::max_access_rules) +
                " rules of access");
  for (const auto& rule : config.access) {
    for (const auto* services : {&rule.call, &rule.serve})
      for (const auto& service : *services) {
        found.check_service(service, config.limits);
        found.check(!engine::is_reserved_service(service),
                    '"' + service + "\": what is under mmi. is allowed by mmi, not here");
      }
    for (const auto& word : rule.mmi)
      found.check_service(word, config.limits);
  }
}

} // namespace

std::vector<std::string> validate(const broker_config& config) {
  findings found;
  found.check_endpoints(config.endpoints, net::endpoint_use::bind);
  if (!config.worker_endpoints.empty())
    found.check_endpoints(config.worker_endpoints, net::endpoint_use::bind);
  check_access(found, config);
  found.check(!config.sockets.curve.is_on() || config.sockets.curve.own,
              "a broker needs a certificate of its own for CURVE");
  found.check(!config.keys || config.sockets.curve.own,
              "a store of keys is of use with CURVE only: without it nobody shows a key");
  found.check_heartbeat(config.workers.heartbeat);
  found.check(config.workers.answer_timeout > duration::zero(),
              "the answer timeout must be more than 0");
  found.check(config.workers.max_capacity >= 1, "the greatest capacity must be at least 1");
  found.check(config.clients.request_ttl > duration::zero(), "the request ttl must be more than 0");
  found.check(config.clients.window >= 1, "the client window must be at least 1");
  found.check_queue(config.queues, "");
  std::set<std::string_view> named;
  for (const auto& rule : config.services) {
    found.check_rule(rule, config.limits);
    found.check(named.insert(rule.service).second,
                "there is more than one rule for \"" + rule.service + '"');
  }
  for (const auto& rule : config.priorities)
    found.check_service(rule.service, config.limits);
  found.check(config.services.size() <= defaults::max_service_rules &&
                config.priorities.size() <= defaults::max_service_rules,
              "there are more than " + std::to_string(defaults::max_service_rules) +
                " rules of a kind");
  for (std::size_t i = 0; i < config.routes.size(); ++i)
    found.check_route(config.routes[i], i + 1);
  found.check(config.routes.size() <= engine::routing_defaults::max_rules,
              "there are more than " + std::to_string(engine::routing_defaults::max_rules) +
                " routes");
  found.check(config.clients.max_bytes >= 1, "a client's bound in bytes must be at least 1");
  found.check(config.budget.max_requests >= 1 && config.budget.max_bytes >= 1,
              "the broker's bounds of requests and bytes must be at least 1");
  if (!config.dead_letter_service.empty()) {
    found.check_service(config.dead_letter_service, config.limits);
    found.check(!engine::is_reserved_service(config.dead_letter_service),
                "the dead-letter service cannot be under mmi.: those belong to the broker (RFC 8)");
  }
  found.check(config.max_services >= 1, "the number of services must be at least 1");
  found.check(config.peers.max_peers >= 1, "the number of peers must be at least 1");
  found.check(config.loops >= 1 && config.loops <= defaults::max_loops,
              "loops must be between 1 and " + std::to_string(defaults::max_loops));
  for (const auto* endpoints : {&config.endpoints, &config.worker_endpoints})
    for (const auto& endpoint : *endpoints)
      found.check(config.loops <= 1 || !endpoint.starts_with("inproc://"),
                  endpoint + ": several loops can share tcp:// and ipc:// only");
  const auto sockets =
    (config.worker_endpoints.empty() ? 1 : 2) * std::max<std::size_t>(config.loops, 1);
  found.check(config.max_unfinished_bytes / sockets >= config.limits.max_bytes,
              "unfinished messages may hold " + std::to_string(config.max_unfinished_bytes) +
                " bytes in all, which is no room for one of the largest message on each socket: "
                "raise --max-unfinished-bytes, or lower --max-message-bytes");
  found.check(config.handshakes.total / sockets >= 1 && config.handshakes.by_address / sockets >= 1,
              "each socket must be allowed a connection in its handshake, in all and by address");
  found.check(!config.passwords || !config.sockets.curve.is_on(),
              "CURVE and PLAIN together: a socket speaks one of them. By CURVE the keys say who "
              "somebody is");
  found.check(config.limits.max_frames >= 6, "6 frames a message is the least that MDP needs");
  found.check(config.sockets.send_high_water_mark >= 1 &&
                config.sockets.receive_high_water_mark >= 1,
              "the high-water mark must be at least 1: 0 would mean no bound at all");
  return found.take();
}

std::vector<std::string> validate(const std::string& name, const service_spec& spec) {
  findings found;
  found.check_offer(name, {});
  found.check(static_cast<bool>(spec.work),
              "no work: a service needs a function, a state or actors");
  found.check(spec.instances >= 1 && spec.instances <= defaults::max_service_instances,
              "instances must be between 1 and " + std::to_string(defaults::max_service_instances));
  found.check_capacity(spec.capacity);
  found.check(spec.threads <= defaults::max_handler_threads,
              "threads must be at most " + std::to_string(defaults::max_handler_threads));
  found.check_pauses(spec.pause, "pauses");
  return found.take();
}

std::vector<std::string> validate(const router_spec& spec) {
  findings found;
  const auto named = "router \"" + spec.name + "\": ";
  found.check(!spec.name.empty(), "a router needs a name, for logs and trees");
  found.check(static_cast<bool>(spec.work),
              named + "no work: it needs a function, a class or an actor that decides");
  for (const auto& service : spec.services)
    found.check_service(service, {});
  found.check(spec.bounds.window >= 1, named + "the window must be at least 1");
  found.check(spec.bounds.max_requests >= 1 && spec.bounds.max_bytes >= 1,
              named + "the bounds of requests and bytes must be at least 1");
  found.check(spec.bounds.deaths >= 1 && spec.bounds.mistakes >= 1,
              named + "deaths and mistakes must be at least 1");
  found.check(
    spec.bounds.reply_patience > duration::zero() && spec.bounds.housekeeping > duration::zero(),
    named + "the patience with replies and the housekeeping interval must be more than 0");
  found.check_pauses(spec.pause, named + "pauses");
  return found.take();
}

std::vector<std::string> validate(const worker_config& config) {
  findings found;
  found.check_endpoints(config.brokers, net::endpoint_use::connect);
  found.check_heartbeat(config.heartbeat);
  if (config.work || !config.service.empty())
    found.check_offer(config.service, config.limits);
  found.check(config.connections >= 1 && config.connections <= defaults::max_worker_connections,
              "connections must be between 1 and " +
                std::to_string(defaults::max_worker_connections) + ": each has a socket");
  found.check_capacity(std::max(config.capacity, 1U));
  found.check(config.concurrency <= defaults::max_handler_threads,
              "the concurrency must be at most " + std::to_string(defaults::max_handler_threads) +
                ": each is a thread");
  found.check(config.service.empty() || config.work, "no work: a worker needs a request handler");
  found.check_pauses(config.reconnect, "reconnect pauses");
  return found.take();
}

} // namespace mdp::actors
