#include "mdp-broker/broker_options.hpp"

#include "mdp-broker/broker_certificate.hpp"
#include "mdp-broker/route_tables.hpp"
#include "mdp/actors/runtime/metrics_endpoint.hpp"
#include "support/access_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

void add_endpoints(options& all, broker_settings& set) {
  all.group("Endpoints");
  all.texts("bind", "ENDPOINT", set.broker.endpoints,
            "Where clients and workers connect: tcp://ADDRESS:PORT or ipc://PATH. May be given "
            "more than once. A port of * is chosen by the system; the first log line names it.");
  all.texts("bind-workers", "ENDPOINT", set.broker.worker_endpoints,
            "Where workers connect, on a socket of their own; --bind is for clients alone then.");
  all.number("loops", "N", std::size_t{1}, set.broker.loops,
             "I/O loops, each with two threads, for machines with many cores: they accept at the "
             "same endpoints and "
             "share all services. A peer that comes back may be at another loop than before.");
  all.text("port-file", "FILE", set.port_file,
           "Write the TCP ports there, one a line and those for workers last, once all endpoints "
           "are bound. It appears as a "
           "whole, and is removed at the end.");
  all.text("metrics", "HOST:PORT", set.metrics,
           "Show counters to Prometheus at http://HOST:PORT/metrics. A port of * is chosen by the "
           "system; the log names it.");
}

void add_admission(options& all, broker_settings& set) {
  all.group("Admission");
  all.texts(
    "allow-address", "ADDRESS", set.allowed,
    "Let in who connects from there, and nobody else: 10.1.2.3, 10.0.0.0/8, fd00::/8, or ipc. "
    "May be given more than once.");
  all.texts("deny-address", "ADDRESS", set.denied,
            "Do not let in who connects from there, whatever is allowed.");
}

void add_curve(options& all, broker_settings& set) {
  all.group("Encryption");
  all.toggle(
    "curve", set.curve,
    "Speak CURVE, and nothing else, at all endpoints: everything is encrypted, and clients "
    "and workers need the broker's public key, which the log shows.");
  all.text("certificate", "FILE", set.certificate,
           "The broker's certificate, of which FILE_secret is kept beside it. It is made at the "
           "first start.");
  all.text("client-keys", "PATH", set.client_keys,
           "Let in whose certificate is there, and nobody else: a folder of public files (mdp "
           "keygen), or a file with a line of KEY NAME for each. Changes are seen within seconds, "
           "or at SIGHUP; who is taken out is hung up on.");
}

void add_plain(options& all, broker_settings& set) {
  all.group("Passwords");
  all.text(
    "plain", "FILE", set.plain,
    "Speak PLAIN, and nothing else, at all endpoints: clients and workers need a name and a "
    "password, as mdp passwd has written them there. They are sent in the clear, so do that on "
    "one machine or in a network you trust. Changes are seen within seconds, or at SIGHUP.");
}

std::vector<security::address_range> ranges_of(const std::vector<std::string>& texts,
                                               std::string_view option,
                                               std::vector<std::string>& findings) {
  std::vector<security::address_range> ranges;
  for (const auto& text : texts) {
    if (auto range = security::address_range::parse(text))
      ranges.push_back(*std::move(range));
    else
      findings.push_back("--" + std::string(option) + ": " + range.error());
  }
  return ranges;
}

void add_liveness(options& all, broker_settings& set) {
  auto& workers = set.broker.workers;
  all.group("Workers");
  all.time("heartbeat", 1ms, workers.heartbeat.interval,
           "Pause between two heartbeats. Workers should have the same.");
  all.number("liveness", "N", std::uint16_t{1}, set.liveness,
             "Heartbeats a worker may miss before it counts as lost.");
  all.choice("busy-policy",
             {{"lenient", engine::busy_policy::lenient}, {"strict", engine::busy_policy::strict}},
             workers.busy,
             "Whether a worker may be silent while it holds a request: many cannot beat while they "
             "work. strict: never.");
  all.time("busy-timeout", 1ms, workers.busy_timeout,
           "How long a busy worker may be silent under the lenient policy.");
  all.time(
    "answer-timeout", 1ms, workers.answer_timeout,
    "How long a worker that beats may work on one request without an answer or a part of one, "
    "before it is told to go and another one gets the request.");
  all.number("max-capacity", "N", 1U, workers.max_capacity,
             "Requests one worker gets at a time at most, whatever capacity it announces.");
  all.toggle("opaque-client-ids", workers.opaque_client_ids,
             "Show workers a token instead of the client's routing id.");
}

void add_requests(options& all, broker_settings& set) {
  auto& broker = set.broker;
  all.group("Requests");
  all.time("request-ttl", 1ms, broker.clients.request_ttl,
           "How long a request may wait for a worker before it expires.");
  all.number("attempts", "N", 1U, broker.queues.attempts,
             "Workers that may be lost over a request before it is given up.");
  all.toggle("at-most-once", set.at_most_once,
             "Never give a request to a second worker: it fails when its worker is lost.");
  all.text("dead-letter-service", "NAME", broker.dead_letter_service,
           "Also hand a request that is given up to this service: the name of its own service in "
           "one frame, then its body. mdp dead-letters lists the latest ones in any case.");
  all.toggle(
    "status-replies", broker.clients.status_replies,
    "Answer what cannot be served with a body of \"mdp-status CODE TEXT\". Otherwise there "
    "is silence, as MDP knows no such answer.");
  all.toggle("exact-names", broker.exact_names,
             "Take services' names as they are. Otherwise a worker that offers image.* serves all "
             "that begin so and have no workers of their own.");
  all.toggle("accept-delimited-v2", broker.limits.accept_delimited_v2,
             "Take MDP 0.2 clients that put an empty frame in front, and answer them alike.");
}

void add_limits(options& all, actors::broker_config& broker) {
  constexpr std::size_t one = 1;
  all.group("Limits");
  all.number("queue-max-requests", "N", one, broker.queues.max_requests,
             "Requests that may wait for one service.");
  all.number("queue-max-bytes", "BYTES", one, broker.queues.max_bytes,
             "Memory for requests of one service, waiting or with a worker.");
  all.number("max-requests", "N", one, broker.budget.max_requests,
             "Requests of all services, waiting or with a worker.");
  all.number("max-bytes", "BYTES", one, broker.budget.max_bytes,
             "Memory for these, and for partial replies held back.");
  all.number("client-window", "N", one, broker.clients.window,
             "Requests that one client may have open.");
  all.number("client-max-bytes", "BYTES", one, broker.clients.max_bytes,
             "Memory for these, and for partial replies held back.");
  all.number(
    "max-services", "N", one, broker.max_services,
    "Services known at a time. A quarter of them can only be opened by workers that offer them.");
  all.number("max-peers", "N", one, broker.peers.max_peers, "Clients and workers at a time.");
  all.number("max-message-bytes", "BYTES", one, broker.limits.max_bytes,
             "Size of one message, all frames together. Who sends a larger frame is disconnected.");
  all.number(
    "max-unfinished-bytes", "BYTES", std::uint64_t{1}, broker.max_unfinished_bytes,
    "Memory for messages that have begun to arrive, of all TCP peers. When they hold more, "
    "those that hold most are disconnected.");
  all.number(
    "max-handshakes", "N", one, broker.handshakes.total,
    "TCP connections that have not finished their handshake. When there are more, those that "
    "have waited longest are disconnected, at the address that has most.");
  all.number("max-handshakes-by-address", "N", one, broker.handshakes.by_address,
             "The same of each address (IPv6: each /64).");
  all.time("shutdown-grace", 0ms, broker.shutdown_grace,
           "How long the end may wait for answers to requests that workers hold.");
}

} // namespace

program_info broker_info() {
  return {.program = "mdp-broker",
          .command = {},
          .commands = {},
          .usage = "[OPTION...]",
          .purpose =
            "Routes requests from clients to workers, which find each other by the names of "
            "services: the "
            "ZeroMQ Majordomo Protocol, MDP 0.1 (RFC 7) and MDP 0.2 (RFC 18) on the same endpoint.",
          .epilogue =
            R"(SIGINT and SIGTERM end it in good order; a second one ends it at once. SIGHUP
reads the keys of --client-keys, or the users of --plain, again.
Exit codes: 0 it was told to end, 1 it failed, 2 wrong use.

Examples:
  mdp-broker
  mdp-broker --bind tcp://*:5555 --bind ipc:///run/mdp/broker
  mdp-broker --bind 'tcp://127.0.0.1:*' --port-file /tmp/port
  mdp-broker --bind tcp://*:5555 --bind-workers tcp://10.0.0.1:5556
  mdp-broker --bind tcp://*:5555 --allow-address 10.0.0.0/8 --deny-address 10.9.0.0/16
  mdp-broker --bind tcp://*:5555 --curve --certificate /etc/mdp/broker.cert --client-keys /etc/mdp/clients
  mdp-broker --plain /etc/mdp/users     # on this machine, with passwords: mdp passwd /etc/mdp/users alice
  mdp-broker --metrics 127.0.0.1:9090
  mdp-broker --config broker.toml       # with lines such as
                                        #   bind = ["tcp://*:5555"]
                                        #   heartbeat = "1s"
                                        #   busy-policy = "strict"
                                        #   [[service]]           # tables come last in a file
                                        #   name = "image.*"
                                        #   policy = "round-robin"
The file may say more about single services ([[service]]: queue-max-requests, queue-max-bytes,
attempts, at-most-once, request-ttl, served-by, policy, seed, key-frame), about which requests are urgent
([[priority]]: service, client, priority), about requests that go elsewhere than their names say ([[route]]:
service, client, user, percent, of, seed, to, mirror, discard), and about who may do what ([[access]]: user, call,
serve, mmi, max-connections, max-requests-per-second). What all of it means: docs/dispatch.md, docs/routing.md,
docs/security.md.
)"};
}

void add_broker_options(options& all, broker_settings& set) {
  add_endpoints(all, set);
  add_admission(all, set);
  add_curve(all, set);
  add_plain(all, set);
  add_liveness(all, set);
  add_requests(all, set);
  add_limits(all, set.broker);
  add_service_tables(all, set.services, set.broker.priorities);
  add_route_tables(all, set.broker.routes);
  add_access_tables(all, set.broker.access);
  all.log_level(set.log_level);
}

std::vector<std::string> complete(broker_settings& set) {
  set.broker.workers.heartbeat.liveness = set.liveness;
  set.broker.sockets.max_message_bytes = set.broker.limits.max_bytes;
  set.broker.queues.promise =
    set.at_most_once ? engine::delivery::at_most_once : engine::delivery::at_least_once;
  for (const auto& table : set.services)
    set.broker.services.push_back(rule_of(table, set.broker.queues));
  std::vector<std::string> findings;
  set.broker.addresses.allow = ranges_of(set.allowed, "allow-address", findings);
  set.broker.addresses.deny = ranges_of(set.denied, "deny-address", findings);
  if (!set.plain.empty()) {
    if (auto users = security::password_store::open(set.plain))
      set.broker.passwords = *std::move(users);
    else
      findings.push_back("--plain: " + users.error());
    if (set.curve)
      findings.emplace_back("--plain and --curve: a broker speaks one of them");
  }
  std::ranges::copy(validate(set.broker), std::back_inserter(findings));
  if (!set.metrics.empty())
    if (auto problem = actors::check_metrics_address(set.metrics))
      findings.push_back(*std::move(problem));
  complete_curve(set, findings); // last: it makes a certificate only where all else is well
  return findings;
}

} // namespace mdp::apps
